import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { Client } from '@temporalio/client';
import type { Command } from 'commander';
import { z } from 'zod';
import { RecordWrong } from '../../dashboard/check/check-everything.js';
import { BadPost } from '../../dashboard/check/open-post.js';
import { type VerifiedPage, verifyPage } from '../../dashboard/check/verify-page.js';
import { pageUrl, writeSitesOf } from '../../research/public/open-publisher.js';
import { stateKeysOf } from '../../research/public/state-keys.js';
import type { Config } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { UsageFailure } from '../../shared/failure.js';
import type { FailureType } from '../../shared/failure-types.js';
import { jsonOrUndefined } from '../../shared/fields/json-or-undefined.js';
import { readTrustedRoot } from '../../shared/node/trust/trust-store.js';
import {
  clicksId,
  MARK_REVIEWED,
  monthBefore,
  REVIEWED_MONTH,
} from '../../shared/orchestration/public/clicks-messages.js';
import type { PublishResult } from '../../shared/orchestration/public/messages.js';
import { TASK_QUEUES } from '../../shared/orchestration/ship/task-queues.js';
import { cosignersOf, parseWitnessKey } from '../../shared/trust/tlog/cosignature.js';
import { BadNote } from '../../shared/trust/tlog/signed-note.js';
import type { publishRecord, reviewClicks } from '../../workflows/index.js';
import { configOf, type HomeOptions, homeVerbs } from '../home-verb.js';
import { isoMonth } from '../option-values.js';
import { printResult } from '../output.js';
import { runWorkflow } from '../run-workflow.js';
import { withClient } from '../with-client.js';

const seenFile = z.object({ size: z.number().int().nonnegative(), root: z.string() });

/** `believe public`: the record that anyone can check. */
export function register(noun: Command): void {
  const verb = homeVerbs(noun);

  verb('publish', 'publish now what has come home since the last time')
    .option('--by <name>', 'who asks', userInfo().username)
    .option('--detach', 'print the workflow id and return')
    .action((options: HomeOptions & { by: string; detach?: boolean }) =>
      runWorkflow<PublishResult>(options, {
        ...{ kind: 'publish', failure: 'PublishFailed' satisfies FailureType, text: publishedText },
        start: (client, workflowId) =>
          client.workflow.start<typeof publishRecord>('publishRecord', {
            ...{ workflowId, taskQueue: TASK_QUEUES.workflows, args: [{ requestedBy: options.by }] },
            staticSummary: 'the signed record, once',
          }),
      }),
    );

  verb('sites', 'write the fund’s site and its trade log as static files, to be deployed as they are')
    .requiredOption('--write <dir>', 'folder for site/ and trades/')
    .action(async (options: HomeOptions & { write: string }) => {
      const written = await writeSitesOf(configOf(options), options.write);
      printResult(
        options.json === true,
        written,
        `${written.files} files in ${written.home} and ${written.trades}\ndeploy: npx wrangler pages deploy ${written.home} --project-name NAME`,
      );
    });

  verb('clicks', 'read a month of clicks from the page and write its report, which somebody then marks as reviewed')
    .option('--month <month>', 'which (default: the one that has ended last)', isoMonth)
    .option('--by <name>', 'who asks', userInfo().username)
    .action((options: HomeOptions & { month?: string; by: string }) =>
      withClient(options, async (client) => {
        const month = options.month ?? monthBefore(Date.now());
        const { workflowId } = await client.workflow.start<typeof reviewClicks>('reviewClicks', {
          ...{ workflowId: clicksId(month), taskQueue: TASK_QUEUES.workflows },
          args: [{ month, requestedBy: options.by }],
          staticSummary: `clicks of ${month}`,
        });
        printResult(
          options.json === true,
          { workflowId },
          `${workflowId}: its page in the Web UI says where the report is`,
        );
      }),
    );

  verb('reviewed', 'the report of a month of clicks was read')
    .requiredOption('--month <month>', 'which', isoMonth)
    .option('--by <name>', 'who', userInfo().username)
    .option('--notes <text>', 'what was found', '')
    .action((options: HomeOptions & { month: string; by: string; notes: string }) =>
      withClient(options, async (client) => {
        const handle = client.workflow.getHandle(await openReview(client, options.month));
        const said = await handle.executeUpdate<string, [object]>(MARK_REVIEWED, {
          args: [{ by: options.by, notes: options.notes }],
        });
        printResult(options.json === true, { said }, said);
      }),
    );

  verb('keys', 'public keys of the record: for its page, and for other tools').action((options: HomeOptions) => {
    const config = configOf(options);
    const found = { ...keysOf(config), page: pageUrl(config) };
    printResult(options.json === true, found, keysText(found));
  });

  noun
    .command('verify')
    .argument('[address]', 'the page (default: that of the home)')
    .description(
      'check the whole record from outside: signatures, every entry, every opened fill; exit code 1 where it is wrong',
    )
    .option('--origin <name>', 'name of the log (default: that of the home)')
    .option('--key <text...>', 'state keys, from somewhere else than the page (default: those of the home)')
    .option('--witness <text...>', 'keys of witnesses (name+hash+base64), each of whom must have cosigned it')
    .option('--seen <file>', 'a checkpoint that was seen before; the one of now is written there')
    .option('--home <dir>', 'home folder (default: .believe)')
    .option('--config <file>', 'settings')
    .option('--json', 'one JSON object on stdout')
    .action(verify);
}

/** Who started it has named it: by the month, or by the schedule's time. @throws UsageFailure where none waits */
async function openReview(client: Client, month: string): Promise<string> {
  const waiting = client.workflow.list({ query: 'WorkflowType="reviewClicks" AND ExecutionStatus="Running"' });
  for await (const { workflowId } of waiting)
    if ((await client.workflow.getHandle(workflowId).query<string>(REVIEWED_MONTH)) === month) return workflowId;
  throw new UsageFailure(
    `no report of ${month} waits to be read`,
    `make one with \`believe public clicks --month ${month}\``,
  );
}

interface VerifyOptions extends HomeOptions {
  origin?: string;
  key?: string[];
  seen?: string;
  witness?: string[];
}

async function verify(address: string | undefined, options: VerifyOptions): Promise<void> {
  const isStranger = address !== undefined && options.key !== undefined && options.origin !== undefined;
  const config = isStranger ? null : configOf(options);
  const url = (address ?? pageUrl(config!)).replace(/\/$/, '');
  const origin = options.origin ?? config!.public.origin;
  const keys = options.key ?? keysOf(config!).stateKeys;
  const before = seenBefore(options.seen);
  try {
    const found = await verifyPage(url, origin, keys, before, (done, of) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${of} entries`);
    });
    if (process.stderr.isTTY) process.stderr.write('\r');
    const { note: _, ...shown } = found;
    const witnesses = cosigned(found.note, options.witness ?? []);
    if (options.seen !== undefined)
      writeFileSync(options.seen, `${JSON.stringify({ size: found.entries, root: found.root })}\n`);
    printResult(
      options.json === true,
      { ok: found.overdue === 0, url, origin, ...shown, witnesses },
      verifiedText(url, found, witnesses),
    );
    if (found.overdue > 0) process.exitCode = 1;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const isWrong = error instanceof RecordWrong || error instanceof BadPost || error instanceof BadNote;
    const reason = `${isWrong ? '' : `${url}: `}${error.message}`;
    printResult(options.json === true, { ok: false, url, origin, reason }, `WRONG: ${reason}`);
    process.exitCode = 1;
  }
}

/** @throws BadNote where one of them did not cosign it */
function cosigned(note: Uint8Array, keys: readonly string[]): { name: string; at: string }[] {
  const witnesses = keys.map(parseWitnessKey);
  const found = cosignersOf(note, witnesses);
  const missing = witnesses.find(({ name }) => !found.has(name));
  if (missing) throw new BadNote(`${missing.name} has not cosigned it`);
  return [...found].map(([name, seconds]) => ({ name, at: new Date(seconds * 1000).toISOString() }));
}

function keysOf({ home, public: { origin } }: Config) {
  return stateKeysOf(readTrustedRoot(homePlaces(home).research.trust), origin);
}

function seenBefore(file: string | undefined) {
  if (file === undefined || !existsSync(file)) return null;
  const seen = seenFile.safeParse(jsonOrUndefined(readFileSync(file, 'utf8')));
  if (seen.success) return seen.data;
  throw new UsageFailure(
    `${file} holds no checkpoint`,
    'name a file that --seen has written, or one that is not there',
  );
}

function publishedText({ entries, size, posts, waits }: PublishResult): string {
  return `${entries} entries more: the log has ${size}; ${posts} posts${waits ? `; ${waits}` : ''}`;
}

function keysText({
  origin,
  page,
  stateKeys,
  verifierKeys,
}: {
  origin: string;
  page: string;
  stateKeys: string[];
  verifierKeys: string[];
}): string {
  return [
    `log    ${origin}`,
    `page   ${page}`,
    ...stateKeys.map((key) => `key    ${key}`),
    ...verifierKeys.map((key) => `note   ${key}`),
  ].join('\n');
}

function verifiedText(
  url: string,
  { entries, fills, sealed, overdue, root, state, grewFrom }: VerifiedPage,
  witnesses: readonly { name: string; at: string }[],
): string {
  return [
    `${url}: ${state?.synthetic ? 'SYNTHETIC; ' : ''}the snapshot of ${state?.at} is signed`,
    `${entries} entries hash to the signed root ${root}${grewFrom === null ? '' : `, and begin with the ${grewFrom} that were seen before`}`,
    `${fills} fills are open, each the one that was sealed; ${sealed} are still sealed, ${overdue} of them overdue`,
    ...witnesses.map(({ name, at }) => `cosigned by ${name} at ${at}`),
  ].join('\n');
}
