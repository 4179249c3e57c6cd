import { chmodSync, copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import type { Command } from 'commander';
import { databasesSql, postgresFiles } from '../../deploy/temporal-server/postgres-files.js';
import { schemaSteps } from '../../deploy/temporal-server/schema-steps.js';
import { serverFiles } from '../../deploy/temporal-server/server-files.js';
import { DEFAULT_TEMPORAL_SERVER, type TemporalServerSettings } from '../../deploy/temporal-server/settings.js';
import { webUiFiles } from '../../deploy/temporal-server/web-ui-files.js';
import { obtainTemporalServer } from '../../setup/temporal-server.js';
import { Failure } from '../../shared/failure.js';
import { clockSpecFile, readClockSpec } from '../../shared/node/clock-spec-file.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { makeCurrent, pollingBuilds } from '../../temporal/deployment.js';
import { keepNightlySchedule, keepPathSchedules } from '../../temporal/keep-schedules.js';
import { ensureNamespace, RETENTION_DAYS } from '../../temporal/namespace.js';
import { bundleWorkflows, workflowsBuildId } from '../../temporal/workflow-bundle.js';
import { type HomeOptions, homeVerbs } from '../home-verb.js';
import { wholeNumber } from '../option-values.js';
import { printResult, say } from '../output.js';
import { withClient } from '../with-client.js';

const PORT = wholeNumber(1, 65_535);

/** `believe temporal`: a Temporal server of one's own with PostgreSQL. */
export function register(noun: Command): void {
  noun
    .command('build')
    .description('build the server with the roles of the certificates, by Go (once, minutes)')
    .requiredOption('--out <file>', 'where the program is put')
    .option('--json', 'print one JSON object')
    .exitOverride()
    .action(build);
  noun
    .command('configure')
    .description('write what the server, PostgreSQL and the Web UI read, for one Linux host')
    .requiredOption('--out <folder>', 'folder for the files')
    .option('--address <address>', 'address on which others reach the server', DEFAULT_TEMPORAL_SERVER.address)
    .option('--port <n>', 'its port', PORT, DEFAULT_TEMPORAL_SERVER.port)
    .option('--server-name <name>', "a name in the server's certificate", DEFAULT_TEMPORAL_SERVER.serverName)
    .option('--namespace <name>', 'namespace of the product', DEFAULT_TEMPORAL_SERVER.namespace)
    .option('--postgres-port <n>', 'port of PostgreSQL, on loopback', PORT, DEFAULT_TEMPORAL_SERVER.postgres.port)
    .option(
      '--history-shards <n>',
      'fixed for as long as the database lives',
      wholeNumber(1, 16_384),
      DEFAULT_TEMPORAL_SERVER.historyShards,
    )
    .option('--json', 'print one JSON object')
    .exitOverride()
    .action(configure);
  homeVerbs(noun)('prepare', "make the namespace and its search attributes, with the server's certificate")
    .option(
      '--retention-days <n>',
      'days for which the history of an ended run is kept',
      wholeNumber(1),
      RETENTION_DAYS,
    )
    .action(prepare);
  homeVerbs(noun)(
    'schedules',
    "make, change or take away the product's schedules, as the settings want them; with an operator's certificate",
  ).action(schedules);
  homeVerbs(noun)(
    'current',
    "let new ships start on this installation's workflows, once a worker of them runs; with an operator's certificate",
  )
    .option('--build <id>', 'another build (believe temporal build-id, on the host whose workers run it)')
    .action(current);
  noun
    .command('build-id')
    .description("which build of the workflows this installation has: what its orchestrator's worker reports as")
    .option('--json', 'print one JSON object')
    .exitOverride()
    .action(buildId);
}

function buildId({ json }: { json?: boolean }): void {
  const id = workflowsBuildId();
  printResult(json === true, { buildId: id }, id);
}

async function build({ out, json }: { out: string; json?: boolean }): Promise<void> {
  const program = await obtainTemporalServer({ progress: (line) => process.stderr.write(`${line}\n`) });
  const file = path.resolve(out);
  const isNew = mkdirSync(path.dirname(file), { recursive: true }) !== undefined;
  copyFileSync(program, file);
  // What we make is its maker's alone, but this one is run by a user of its own.
  for (const one of isNew ? [path.dirname(file), file] : [file]) chmodSync(one, 0o755);
  printResult(json === true, { file }, `made ${file}`);
}

interface ConfigureOptions {
  readonly out: string;
  readonly address: string;
  readonly port: number;
  readonly serverName: string;
  readonly namespace: string;
  readonly postgresPort: number;
  readonly historyShards: number;
  readonly json?: boolean;
}

function configure(options: ConfigureOptions): void {
  const { address, port, serverName, namespace, historyShards } = options;
  const settings: TemporalServerSettings = {
    ...DEFAULT_TEMPORAL_SERVER,
    ...{ address, port, serverName, namespace, historyShards },
    postgres: { ...DEFAULT_TEMPORAL_SERVER.postgres, port: options.postgresPort },
  };
  const out = path.resolve(options.out);
  const written = Object.entries({ ...serverFiles(settings), ...webUiFiles(settings), ...postgresFiles(settings) });
  const isNew = mkdirSync(out, { recursive: true }) !== undefined;
  // Read by the users of the server, the Web UI and PostgreSQL; nothing of it is secret.
  if (isNew) chmodSync(out, 0o755);
  for (const [name, text] of written) replaceFile(path.join(out, name), text, 0o644);
  const files = written.map(([name]) => path.join(out, name));
  const steps = schemaSteps(settings, { isNew: true });
  const said = [
    ...files.map((file) => `wrote ${file}`),
    'once, as the superuser of PostgreSQL:',
    ...databasesSql()
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`),
    'once, and of each newer server `update-schema` again:',
    ...steps.map(({ args }) => `  believe-temporal ${args.join(' ')}`),
    `then: believe-temporal start --config ${settings.folder} --namespace ${namespace}`,
    'and with the certificate of the server: believe temporal prepare',
  ];
  printResult(options.json === true, { files, settings, schemaSteps: steps }, said.join('\n'));
}

function prepare(options: HomeOptions & { retentionDays: number }): Promise<void> {
  return withClient(options, async (client) => {
    await ensureNamespace(client, options.retentionDays);
    const { namespace } = client.options;
    printResult(options.json === true, { namespace }, `the namespace ${namespace} and its search attributes are there`);
  });
}

/** Market time of a server of one's own is that of the world, or of the replay that a home has written down. */
function schedules(options: HomeOptions): Promise<void> {
  return withClient(options, async (client, config) => {
    const clock =
      config.clock.kind === 'real' ? ({ kind: 'real' } as const) : readClockSpec(clockSpecFile(config.home));
    const names = [
      ...(await keepNightlySchedule(client, config)),
      ...(await keepPathSchedules(client, config, clock)),
    ].sort();
    printResult(options.json === true, { schedules: names }, `schedules: ${names.join(', ') || 'none'}`);
  });
}

function current(options: HomeOptions & { build?: string }): Promise<void> {
  return withClient(options, async (client) => {
    const buildId = options.build ?? (await bundleWorkflows()).buildId;
    const wait = setTimeout(
      () => say(`no worker of build ${buildId} has reported yet: waiting (Ctrl-C ends it)`),
      2000,
    );
    const signal = AbortSignal.timeout(REPORTED_WITHIN_MS);
    try {
      await makeCurrent(client, buildId, signal);
    } catch (error) {
      throw signal.aborted ? await noWorkerOf(client, buildId) : error;
    } finally {
      clearTimeout(wait);
    }
    printResult(
      options.json === true,
      { buildId },
      `new ships start on build ${buildId}; those under way stay on theirs`,
    );
  });
}

/** A worker reports within seconds of its start. */
const REPORTED_WITHIN_MS = 120_000;

async function noWorkerOf(client: Client, buildId: string): Promise<Failure> {
  const others = await pollingBuilds(client);
  return new Failure(
    'NoWorkerOfBuild',
    `no worker of build ${buildId} has asked for work; now ask those of ${others.join(', ') || 'none'}`,
    'start the orchestrator of that build, or name theirs with --build; a bundle and a checkout of one commit are two builds',
    { buildId, others },
  );
}
