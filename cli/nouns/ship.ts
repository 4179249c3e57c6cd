import { userInfo } from 'node:os';
import type { Client } from '@temporalio/client';
import { WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ActivityFailure } from '@temporalio/common';
import { type Command, Option } from 'commander';
import type { Config } from '../../shared/config/config.js';
import { CAPTURED_FEEDS } from '../../shared/contract/capture-source.js';
import { Failure, UsageFailure } from '../../shared/failure.js';
import { HANDWRITTEN_BYTES_MAX, readInputText } from '../../shared/node/disk/plain-file.js';
import {
  type Decision,
  decision,
  type RollbackInput,
  type ShipProgress,
  type ShipResult,
} from '../../shared/orchestration/ship/messages.js';
import { type SignedDecision, signedDecision } from '../../shared/trust/decision.js';
import { configOf, type HomeOptions, homeVerbs } from '../home-verb.js';
import { wholeNumber } from '../option-values.js';
import { printResult, say } from '../output.js';
import { noShipNamed, recentShips, type ShipHandle, type ShipRow, theShip, underWay } from '../ship/find-ship.js';
import { pendingWork } from '../ship/pending-work.js';
import { cosignApproval, signApproval } from '../ship/sign-approval.js';
import { signedOrder } from '../ship/sign-rollback.js';
import { rollbackIdAt, startRollback } from '../ship/start-rollback.js';
import { shipIdAt, startShip } from '../ship/start-ship.js';
import { type ShipStatus, statusText } from '../ship/status-text.js';
import { subjectOf } from '../ship/subject-of.js';
import { webUiLink } from '../ship/web-ui-link.js';
import { withClient } from '../with-client.js';

interface StartOptions extends HomeOptions {
  recipe: 'base' | 'improved';
  captured?: true;
  feed?: (typeof CAPTURED_FEEDS)[number];
  trust?: true;
  note: string;
  by: string;
  id?: string;
}

interface RollbackOptions {
  to?: number;
  from?: number;
  reason?: string;
  by?: string;
  keysFolder?: string;
  releasesFolder?: string;
  cosign?: string;
  signed?: string;
  print?: boolean;
  id?: string;
}

interface ApproveOptions {
  reason: string;
  by?: string;
  keysFolder?: string;
  cosign?: string;
  print?: boolean;
}

export function register(noun: Command): void {
  const verb = homeVerbs(noun);

  verb('start', 'start a ship: retrain, gate, sign, push, verify, swap at the next RTH open')
    .addOption(new Option('--recipe <name>', 'training recipe').choices(['base', 'improved']).default('base'))
    .option('--captured', 'train on the trade dates that the bridge captured and that came home')
    .addOption(
      new Option('--feed <name>', 'with --captured: whose capture (default: the bridge’s)').choices(CAPTURED_FEEDS),
    )
    .option('--trust', 'with --captured: leave out what two captures do not agree on')
    .option('--note <text>', 'why, for the record', '')
    .option('--by <name>', 'who asks', userInfo().username)
    .option('--id <id>', 'workflow id (default: ship/<time>)')
    .action((options: StartOptions) =>
      withClient(options, async (client, config) => {
        const { recipe, note, by, captured, feed, trust = false } = options;
        if ((feed !== undefined || trust) && !captured && config.input.kind !== 'store')
          throw new UsageFailure('--feed and --trust are about captured dates', 'give --captured too');
        const trainOn = captured ? 'captured' : 'input';
        const asked = { recipe, trainOn, note, requestedBy: by, trust, ...(feed ? { feed } : {}) } as const;
        const ship = await startShip(client, options.id ?? shipIdAt(Date.now()), asked);
        const webUi = webUiLink(config, ship.workflowId);
        printResult(
          options.json ?? false,
          { workflowId: ship.workflowId, webUi },
          `${ship.workflowId} started: ${webUi}`,
        );
      }),
    );

  verb('status', 'where a ship is, and why; without an id the ones under way, or else the last one')
    .argument('[id]', 'workflow id')
    .option('--all', 'the last twenty, whatever their state')
    .action((id: string | undefined, options: HomeOptions & { all?: boolean }) =>
      withClient(options, async (client, config) => {
        const rows = await rowsToShow(client, id, options.all ?? false);
        const ships = await Promise.all(rows.map((row) => statusOf(client, config, row)));
        printResult(options.json ?? false, { ships }, ships.map(statusText).join('\n') || 'there was no ship yet');
      }),
    );

  verb('approve', 'let a held ship go on: signs with your operator key; who and why go into the signed manifest')
    .argument('[id]', 'workflow id (default: the only held ship)')
    .requiredOption('--reason <text>', 'why')
    .option('--by <name>', 'which operator, where keys of several are here')
    .option('--keys-folder <folder>', 'folder of your operator key (default: operator/keys in the home folder)')
    .option(
      '--cosign <file>',
      'put your signature beside that of the decision in this file, where the root asks for two',
    )
    .option('--print', 'print the signed JSON instead of sending it: for the Web UI, temporal or tctl')
    .action((id: string | undefined, options: HomeOptions & ApproveOptions) =>
      withClient(options, async (client, config) => {
        const ship = await theShip(client, id, 'ShipStage="Held"', 'held');
        const signed = await approvalOf(ship, config, options);
        if (options.print) return void process.stdout.write(`${JSON.stringify(signed)}\n`);
        const said = await decide(ship, signed);
        const { verdict, by } = signed;
        printResult(options.json ?? false, { workflowId: ship.workflowId, verdict, by }, `${ship.workflowId} ${said}`);
      }),
    );

  verb('reject', 'reject a held ship; who and why go into the record')
    .argument('[id]', 'workflow id (default: the only held ship)')
    .requiredOption('--by <name>', 'who decides')
    .requiredOption('--reason <text>', 'why')
    .action((id: string | undefined, options: HomeOptions & { by: string; reason: string }) =>
      withClient(options, async (client) => {
        const ship = await theShip(client, id, 'ShipStage="Held"', 'held');
        const { by, reason } = options;
        const said = await decide(ship, decision.parse({ verdict: 'reject', by, reason }));
        const result = { workflowId: ship.workflowId, verdict: 'reject', by };
        printResult(options.json ?? false, result, `${ship.workflowId} ${said}`);
      }),
    );

  verb('rollback', 'bring older heads back at once: signs the order with your operator key, and starts it')
    .option('--to <n>', 'model version whose bytes come back', wholeNumber(1))
    .option('--reason <text>', 'why; it goes into the signed manifest')
    .option('--from <n>', 'model version that trades (default: by the ledger of this home)', wholeNumber(1))
    .option('--by <name>', 'which operator, where keys of several are here')
    .option('--keys-folder <folder>', 'folder of your operator key (default: operator/keys in the home folder)')
    .option('--releases-folder <folder>', 'envelopes of both releases (default: research/releases in the home folder)')
    .option('--cosign <file>', 'put your signature beside that of the order in this file, where the root asks for two')
    .option('--signed <file>', 'start what was printed elsewhere')
    .option('--print', 'print the signed JSON instead of starting it: for the Web UI, temporal or tctl')
    .option('--id <id>', 'workflow id (default: rollback/<time>)')
    .action(async (options: HomeOptions & RollbackOptions) => {
      const order = signedOrder({ ...options, home: configOf(options).home });
      if (options.print) return void process.stdout.write(`${JSON.stringify(order)}\n`);
      await withClient(options, (client, config) => rollBack(client, config, order, options));
    });

  verb('abort', 'stop a ship at any stage; nothing stays armed, and the old heads stay')
    .argument('[id]', 'workflow id (default: the only ship under way)')
    .action((id: string | undefined, options: HomeOptions) =>
      withClient(options, async (client, config) => {
        const ship = await theShip(client, id, '', 'open');
        await ship.cancel();
        await ship.result().catch(() => {});
        const [row] = await rowsToShow(client, ship.workflowId, false);
        const { stage, progress } = await statusOf(client, config, row!);
        const remarks = progress?.remarks ?? [];
        printResult(
          options.json ?? false,
          { workflowId: ship.workflowId, stage, remarks },
          [`${ship.workflowId}: ${stage}`, ...remarks].join('\n'),
        );
      }),
    );
}

/** Waits for the end: whoever orders a rollback wants to know that it has happened. */
async function rollBack(
  client: Client,
  config: Config,
  order: RollbackInput,
  { id, json }: HomeOptions & RollbackOptions,
): Promise<void> {
  const ship = await startRollback(client, id ?? rollbackIdAt(Date.now()), order);
  const webUi = webUiLink(config, ship.workflowId);
  say(`${ship.workflowId} started: ${webUi}`);
  const { modelVersion, swappedAtMarketTime } = await endOf(ship);
  const remarks = (await ship.query<ShipProgress, []>('progress').catch(() => null))?.remarks ?? [];
  printResult(
    json ?? false,
    { workflowId: ship.workflowId, modelVersion, swappedAtMarketTime, remarks, webUi },
    [`v${modelVersion} trades since ${swappedAtMarketTime} (market time)`, ...remarks].join('\n'),
  );
}

/** @throws Failure 'RollbackFailed' with the workflow's own words */
async function endOf(ship: ShipHandle): Promise<ShipResult> {
  try {
    return await ship.result();
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const words = error.cause instanceof Error ? deepest(error.cause).message : error.message;
    throw new Failure('RollbackFailed', `${ship.workflowId}: ${words}`, 'see `believe ship status`');
  }
}

/** An activity's failure says in its cause why it failed. */
function deepest(error: Error): Error {
  return error instanceof ActivityFailure && error.cause instanceof Error ? error.cause : error;
}

/** Signs what the held ship says is to be decided. */
async function approvalOf(ship: ShipHandle, config: Config, options: ApproveOptions): Promise<SignedDecision> {
  const { by, reason, keysFolder, cosign } = options;
  const ask = { home: config.home, by, keysFolder, subject: await subjectOf(ship) };
  if (cosign === undefined) return signApproval({ ...ask, reason: decision.shape.reason.parse(reason) });
  return cosignApproval(ask, signedDecisionIn(cosign));
}

function signedDecisionIn(file: string): SignedDecision {
  const text = readInputText(file, HANDWRITTEN_BYTES_MAX);
  try {
    return signedDecision.parse(JSON.parse(text));
  } catch {
    throw new UsageFailure(`${file} is no signed decision`, 'make one with --print');
  }
}

/** @throws Failure 'DecisionNotTaken' with the workflow's own words */
async function decide(ship: ShipHandle, decided: Decision): Promise<string> {
  try {
    return await ship.executeUpdate<string, [Decision]>('decide', { args: [decided] });
  } catch (error) {
    if (!(error instanceof WorkflowUpdateFailedError)) throw error;
    const why = error.cause instanceof Error ? error.cause.message : error.message;
    throw new Failure('DecisionNotTaken', `${ship.workflowId}: ${why}`, 'see `believe ship status`');
  }
}

async function rowsToShow(client: Client, id: string | undefined, all: boolean): Promise<ShipRow[]> {
  if (all) return await recentShips(client, 20);
  if (id !== undefined) {
    const row = (await recentShips(client, 1000)).find((one) => one.workflowId === id);
    if (!row) throw noShipNamed(id);
    return [row];
  }
  const open = await underWay(client);
  return open.length > 0 ? open : await recentShips(client, 1);
}

async function statusOf(client: Client, config: Config, row: ShipRow): Promise<ShipStatus> {
  const handle = client.workflow.getHandle(row.workflowId, row.runId);
  const [description, progress] = await Promise.all([
    handle.describe(),
    handle.query<ShipProgress, []>('progress').catch(() => null),
  ]);
  const doing = await pendingWork(client.workflow, description);
  return { ...row, doing, progress, webUi: webUiLink(config, row.workflowId) };
}
