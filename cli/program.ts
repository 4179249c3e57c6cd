import { Command } from 'commander';
import { requireReadableHome } from '../shared/node/formats/survey-home.js';
import { ownVersion } from './own-version.js';

/** Every noun of the command line. A noun's file is loaded only when it is used, so that start-up stays fast. */
const NOUNS: { name: string; summary: string; load: () => Promise<{ register: (noun: Command) => void }> }[] = [
  {
    name: 'up',
    summary: 'start everything, ship a model, stay up until Ctrl-C',
    load: () => import('./nouns/up.js'),
  },
  {
    name: 'ship',
    summary: 'start, watch and decide on ships: models on their way to the bridge',
    load: () => import('./nouns/ship.js'),
  },
  {
    name: 'doctor',
    summary: 'what is installed, missing or unreachable, with the fix',
    load: () => import('./nouns/doctor.js'),
  },
  {
    name: 'config',
    summary: 'check and show the settings in force',
    load: () => import('./nouns/config.js'),
  },
  {
    name: 'calendar',
    summary: 'sessions of CME equity-index futures, 2010 to 2030',
    load: () => import('./nouns/calendar.js'),
  },
  {
    name: 'store',
    summary: 'market data: import, list, check, export, pin',
    load: () => import('./nouns/store.js'),
  },
  {
    name: 'capture',
    summary: 'captured days on their way from the broker into the store; whether two captures agree',
    load: () => import('./nouns/capture.js'),
  },
  {
    name: 'sierra',
    summary: "the second capture: follow Sierra Chart's files",
    load: () => import('./nouns/sierra.js'),
  },
  {
    name: 'path',
    summary: 'the way back from the broker: what waits, what was set aside, what the road allows',
    load: () => import('./nouns/path.js'),
  },
  {
    name: 'gate',
    summary: 'cross-validation splits and statistics of the gate',
    load: () => import('./nouns/gate.js'),
  },
  {
    name: 'monitor',
    summary: 'what changed in the market, the model and the machinery',
    load: () => import('./nouns/monitor.js'),
  },
  {
    name: 'alarm',
    summary: 'what is wrong now: list, acknowledge, silence, test the channels',
    load: () => import('./nouns/alarm.js'),
  },
  {
    name: 'public',
    summary: 'the signed record: publish it, show its keys, check a page from outside',
    load: () => import('./nouns/public.js'),
  },
  {
    name: 'witness',
    summary: 'vouch for a public log: cosign its checkpoints as long as it only grows',
    load: () => import('./nouns/witness.js'),
  },
  {
    name: 'search',
    summary: 'try recipes of a head over the research workers; every one of them is counted',
    load: () => import('./nouns/search.js'),
  },
  {
    name: 'replay',
    summary: 'recorded events through the code that trades; compare two runs, or a run with the bridge',
    load: () => import('./nouns/replay.js'),
  },
  {
    name: 'backtest',
    summary: 'what the heads would have earned on recorded days, with queues, latency and costs',
    load: () => import('./nouns/backtest.js'),
  },
  {
    name: 'bridge',
    summary: 'the execution bridge: captures, decides, and alone sends orders; status, halt, flatten, resume',
    load: () => import('./nouns/bridge.js'),
  },
  {
    name: 'roll',
    summary: 'from one contract to the next: when, what stands in the way, at once',
    load: () => import('./nouns/roll.js'),
  },
  {
    name: 'gateway',
    summary: 'a TWS-protocol gateway that replays market data, until stopped',
    load: () => import('./nouns/gateway.js'),
  },
  {
    name: 'keys',
    summary: 'the key ceremony: root of trust, release, journal and state keys',
    load: () => import('./nouns/keys.js'),
  },
  {
    name: 'codec',
    summary: 'payloads that the Temporal server cannot read: their keys, and who decodes them for people',
    load: () => import('./nouns/codec.js'),
  },
  {
    name: 'temporal',
    summary: 'a Temporal server of your own with PostgreSQL: build, configure, prepare the namespace',
    load: () => import('./nouns/temporal.js'),
  },
  {
    name: 'deploy',
    summary: 'real machines: what each host needs, written out; what differs on it',
    load: () => import('./nouns/deploy.js'),
  },
  {
    name: 'certs',
    summary: 'certificates for a Temporal server of your own: the authority, a certificate a role, renewal',
    load: () => import('./nouns/certs.js'),
  },
  {
    name: 'operators',
    summary: 'who may let a held ship go on: list, add, revoke',
    load: () => import('./nouns/operators.js'),
  },
  {
    name: 'backup',
    summary: 'encrypted backups of a home: make, check, restore, settle, rehearse',
    load: () => import('./nouns/backup.js'),
  },
  {
    name: 'migrate',
    summary: 'what of a home is of an older version; writes anew what has to be',
    load: () => import('./nouns/migrate.js'),
  },
  {
    name: 'disk',
    summary: 'what grows in a home folder, what deletes it when, and when the disk is full',
    load: () => import('./nouns/disk.js'),
  },
  {
    name: 'audit',
    summary: 'who let which release go, when, by signed records; finds a gap',
    load: () => import('./nouns/audit.js'),
  },
  {
    name: 'release',
    summary: 'verify, list and show signed releases',
    load: () => import('./nouns/release.js'),
  },
];

/** The command line, with the one noun loaded that `argv` asks for. */
export async function programFor(argv: readonly string[]): Promise<Command> {
  const asked = argv.find((word) => !word.startsWith('-'));
  return await programWith((name) => name === asked);
}

/** The command line, with every noun loaded: for documents and tests. */
export async function wholeProgram(): Promise<Command> {
  return await programWith(() => true);
}

async function programWith(isLoaded: (noun: string) => boolean): Promise<Command> {
  const program = new Command('believe')
    .description("The machinery around a small fund's futures model: capture, train, gate, sign, ship, trade.")
    .version(ownVersion(), '--version', 'print the version')
    .exitOverride()
    .enablePositionalOptions()
    .showHelpAfterError('(add --help for what this command takes)')
    .hook('preAction', (_program, command) => requireReadable(command));
  for (const noun of NOUNS) {
    const command = program.command(noun.name).description(noun.summary).exitOverride();
    if (isLoaded(noun.name)) (await noun.load()).register(command);
  }
  return program;
}

/** Some commands read and write a home without its settings. `migrate` tells itself what it finds. */
function requireReadable(command: Command): void {
  const { home } = command.opts<{ home?: unknown }>();
  if (typeof home === 'string' && command.name() !== 'migrate') requireReadableHome(home);
}
