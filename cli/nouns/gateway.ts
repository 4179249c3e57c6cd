import { type Command, InvalidArgumentError, Option } from 'commander';
import { pino } from 'pino';
import { BadInput } from '../../shared/failure.js';
import { plainNumberOf } from '../../shared/fields/plain-number.js';
import { HANDWRITTEN_BYTES_MAX, readInputText } from '../../shared/node/disk/plain-file.js';
import { untilAskedToStop } from '../../shared/node/process/stop-request.js';
import { readFaultScript } from '../../simulator/faults/fault-script.js';
import type { Gateway } from '../../simulator/gateway.js';
import type { Speed } from '../../simulator/market/player.js';
import { gatewaySettings } from '../../simulator/settings.js';
import { startGateway } from '../../simulator/start-gateway.js';
import { type DataFlags, dataOf } from '../gateway/data-of.js';
import { emulateSierra } from '../gateway/emulate-sierra.js';
import { configOf } from '../home-verb.js';
import { isoDate, wholeNumber } from '../option-values.js';
import { printResult } from '../output.js';

interface Options extends DataFlags {
  port: number;
  host: string;
  bars?: string;
  speed: Speed;
  loop?: true;
  onSubscription?: true;
  clock: 'wall' | 'tape';
  seed: number;
  serverVersion: number;
  faults?: string;
  state?: string;
  settings?: string;
  sierra?: true;
  json?: true;
}

export function register(noun: Command): void {
  noun
    .option('--data <path...>', 'play a depth file (.jsonl or .jsonl.gz) or a folder of dom_ib* files; one a contract')
    .option(
      '--generator <seed>',
      'play a SYNTHETIC market straight from the generator: same seed, same events',
      wholeNumber(0, 2 ** 32 - 1),
    )
    .option('--from-store', 'play what the store of --home (or --store) holds of --instrument')
    .option('--store <folder>', 'another store, for --from-store')
    .option('--home <folder>', 'home folder, for --from-store and --sierra')
    .option(
      '--sierra',
      'write the files too that a Sierra Chart beside it would, as --home says; with losses of its own',
    )
    .option('--instrument <name>', 'contract, for --generator (default: ESZ5) and --from-store')
    .option(
      '--date <date>',
      'trade date, for --from-store; the first one, for --generator (default: 2025-10-01)',
      isoDate,
    )
    .option('--days <n>', 'trade dates that --generator makes', wholeNumber(1, 250), 1)
    .option('--minutes <n>', 'minutes from each RTH open that --generator makes', wholeNumber(1, 390), 60)
    .option('--bars <file>', 'five-minute bars (CSV) that historical data begins with')
    .option('--port <port>', 'TCP port; 0 takes any free one', wholeNumber(0, 65_535), 4002)
    .option('--host <address>', 'address to listen at', '127.0.0.1')
    .option('--speed <speed>', 'times the speed of the recording, max, or clock', speed, 1)
    .option('--loop', 'start over at the end of the data: 317, then the book anew')
    .option('--on-subscription', 'begin to play with the first subscription, not at once')
    .addOption(
      new Option('--clock <clock>', 'tape: the time on the tape is the time, so that runs repeat exactly')
        .choices(['wall', 'tape'])
        .default('wall'),
    )
    .option('--seed <number>', 'same seed, same permIds', wholeNumber(0, 2 ** 31), 1)
    .option('--server-version <version>', 'newest dialect spoken, 157 to 193', wholeNumber(0, 1000), 178)
    .option('--faults <file>', 'fault script: JSON lines {"at": {...}, "do": "..."}')
    .option('--state <file>', 'orders, fills and ids survive the process in this file')
    .option('--settings <file>', 'JSON: accounts, limits, entitlements, charges, depthStyle, marketImpact')
    .option('--json', 'one JSON object on stdout once it listens; logs on stderr')
    .action(run);
}

/** Runs until asked to stop. */
async function run(options: Options): Promise<void> {
  const stopped = untilAskedToStop();
  const gateway = await startGateway({
    port: options.port,
    host: options.host,
    data: await dataOf(options),
    barsFile: options.bars,
    speed: options.speed,
    loop: options.loop ?? false,
    begin: options.onSubscription ? 'on-subscription' : 'at-once',
    now: options.clock === 'tape' ? 'tape' : Date.now,
    seed: options.seed,
    maxServerVersion: options.serverVersion,
    faults: options.faults === undefined ? [] : readFaultScript(options.faults),
    stateFile: options.state,
    settings: options.settings === undefined ? {} : readSettings(options.settings),
    log: pino({ level: 'info' }, pino.destination(2)),
  });
  const sierra = options.sierra ? emulateSierra(gateway, configOf({ home: options.home })) : null;
  printStart(gateway, options.json ?? false);
  await stopped;
  sierra?.stop();
  await gateway.stop();
}

function printStart({ host, port, contracts, synthetic, settings }: Gateway, json: boolean): void {
  const label = synthetic ? ' (SYNTHETIC data)' : '';
  const played = contracts.map(({ localSymbol, conId }) => ({ instrument: localSymbol, conId }));
  printResult(
    json,
    { host, port, ...played[0], contracts: played, accounts: settings.accounts, synthetic },
    `gateway at ${host}:${port} plays ${played.map(({ instrument }) => instrument).join(', ')}${label}; Ctrl-C stops it`,
  );
}

function readSettings(file: string) {
  let value: unknown;
  try {
    value = JSON.parse(readInputText(file, HANDWRITTEN_BYTES_MAX));
  } catch (error) {
    if (error instanceof BadInput) throw error;
    throw new BadInput(file, undefined, error instanceof Error ? error.message : 'cannot be read', 'give a JSON file');
  }
  const parsed = gatewaySettings.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new BadInput(
    file,
    `field ${issue.path.join('.') || '(top)'}`,
    issue.message,
    'see docs/simulator.md, Settings',
  );
}

function speed(text: string): Speed {
  if (text === 'max' || text === 'clock') return text;
  const times = plainNumberOf(text);
  if (times > 0 && times <= 1e6) return times;
  throw new InvalidArgumentError('give a number above 0 and up to 1000000, max or clock');
}
