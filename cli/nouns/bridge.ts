import { userInfo } from 'node:os';
import { type Command, Option } from 'commander';
import type { Config } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { looserLimits } from '../../shared/config/looser-limits.js';
import { acceptedLimits } from '../../shared/contract/accepted-act.js';
import type { BridgeStatus } from '../../shared/contract/bridge-status.js';
import { type TradingControl, tradingControl } from '../../shared/contract/trading-control.js';
import { Failure, UsageFailure } from '../../shared/failure.js';
import { createMarketClock, type MarketClock } from '../../shared/market/clock/market-clock.js';
import { clockSpecFile, readClockSpec } from '../../shared/node/clock-spec-file.js';
import { loadHomeConfig } from '../../shared/node/config/home-config.js';
import { readAcceptedActs } from '../../shared/node/contract/acts-file.js';
import type { DsseEnvelope } from '../../shared/trust/dsse.js';
import type { Wish } from '../../shared/trust/operator-act.js';
import { type ControlName, leaveRequest, notYet, readStatus } from '../bridge/leave-request.js';
import { limitsText } from '../bridge/limits-text.js';
import { loadBridge } from '../bridge/load-bridge.js';
import { rehearsalText, stepsText } from '../bridge/rehearsal-text.js';
import { signedAct } from '../bridge/sign-act.js';
import { statusText } from '../bridge/status-text.js';
import { TerminalPerson } from '../bridge/terminal-person.js';
import { plainNumber } from '../option-values.js';
import { printResult } from '../output.js';

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'];

interface HomeOptions {
  home?: string;
  config?: string;
  json?: boolean;
}
interface RehearseOptions extends HomeOptions {
  only?: string;
  list?: boolean;
  yes?: boolean;
}
interface AskOptions extends HomeOptions {
  reason: string;
  by?: string;
  waitSeconds: number;
}
interface SigningOptions extends AskOptions {
  takePosition?: boolean;
  keysFolder?: string;
  cosign?: string;
  signed?: string;
  print?: boolean;
  sign?: boolean;
}

export function register(noun: Command): void {
  withHome(noun)
    .addOption(new Option('--log-level <level>', 'what is logged').choices(LOG_LEVELS).default('info'))
    .addHelpText(
      'after',
      '\nWithout a command it runs the bridge until SIGINT, SIGTERM or SIGBREAK: the one process that sends orders.',
    )
    .action(beBridge);
  withHome(
    noun
      .command('status')
      .description('what the bridge says of itself, alarms and limits included; exit 1 when it is not running'),
  ).action(showStatus);
  asking(noun, 'halt', 'throw the kill switch: no new order, working orders are cancelled').action(
    (_options: unknown, command: Command) => ask('halt', command, (status) => status.trading === 'halted'),
  );
  asking(noun, 'flatten', 'halt, cancel every order and close the position by market orders').action(
    (_options: unknown, command: Command) => ask('flatten', command, isFlat),
  );
  signing(
    asking(noun, 'resume', 'lift the kill switch and every halt that waits for an operator, under your signature'),
  )
    .option('--take-position', "take the account's position as it is, where executions do not explain it")
    .action(resume);
  signing(asking(noun, 'limits', 'the limits that operators have signed, and those of the settings'))
    .option('--sign', 'sign those of the settings: the bridge trades within them from then on')
    .action(limits);
  withHome(
    noun
      .command('rehearse')
      .description('on a paper account: try what is not known of real TWS, and compare it with the simulator'),
  )
    .option('--only <steps>', 'these steps only, such as U3,U7')
    .option('--list', 'say which steps there are, and do nothing')
    .option('--yes', 'do not ask before each step that sends orders')
    .action(rehearseOnPaper);
}

function withHome(command: Command): Command {
  return command
    .option('--home <dir>', 'home folder (default: .believe)')
    .option('--config <file>', 'settings file')
    .option('--json', 'one JSON object on stdout; logs on stderr')
    .exitOverride();
}

function asking(noun: Command, name: string, description: string): Command {
  return withHome(noun.command(name).description(description))
    .option('--reason <text>', 'why, for the record', 'asked on the command line')
    .option('--by <name>', 'who asks (default: your account; for what is signed, whose key is here)')
    .option('--wait-seconds <n>', 'how long to wait for the bridge to have done it', plainNumber(0), 30);
}

function signing(command: Command): Command {
  return command
    .option(
      '--keys-folder <folder>',
      "folder of the operator's private key (default: operator/keys in the home folder)",
    )
    .option('--print', 'print the signed statement instead of leaving it for the bridge')
    .option('--cosign <file>', 'sign what another operator has printed')
    .option('--signed <file>', 'leave what was printed elsewhere for the bridge');
}

async function beBridge(_options: unknown, command: Command): Promise<void> {
  const config = configOf(command);
  const { logLevel } = command.optsWithGlobals<{ logLevel: string }>();
  const { runBridge } = await loadBridge();
  await runBridge(config, clockOf(config), logLevel);
}

async function rehearseOnPaper(_options: unknown, command: Command): Promise<void> {
  const { only, list, yes, json } = command.optsWithGlobals<RehearseOptions>();
  const { runRehearsal, stepsNamed } = await loadBridge();
  const steps = stepsNamed((only ?? '').split(',').filter((id) => id.length > 0));
  if (list) {
    printResult(json === true, { steps: steps.map(({ run: _run, ...step }) => step) }, stepsText(steps));
    return;
  }
  const config = configOf(command);
  const person = new TerminalPerson({ asks: yes !== true });
  const report = await runRehearsal(config, clockOf(config), steps, person).finally(() => person.close());
  printResult(json === true, report, rehearsalText(report));
  if (!report.isFlat || report.interrupted !== null) process.exitCode = 1;
}

function showStatus(_options: unknown, command: Command): void {
  const { json } = command.optsWithGlobals<HomeOptions>();
  const { status, ageMs } = readStatus(configOf(command).home);
  const running = ageMs < 10_000 && status.connection !== 'down';
  printResult(json === true, { ...status, running, ageMs }, statusText(status, ageMs));
  if (ageMs >= 10_000) process.exitCode = 1;
}

/** By the executions and by the account, and with nothing left to be closed. */
function isFlat({ positionContracts, accountContracts, closing, trading }: BridgeStatus): boolean {
  return positionContracts === 0 && accountContracts === 0 && closing === null && trading === 'halted';
}

/** What needs no signature: it only lessens risk. */
async function ask(name: 'halt' | 'flatten', command: Command, isDone: (status: BridgeStatus) => boolean) {
  await tell(command, name, inWords(command), isDone);
}

async function resume(_options: unknown, command: Command): Promise<void> {
  const { takePosition = false } = command.optsWithGlobals<SigningOptions>();
  const envelope = signedBy(command, { act: 'resume', takePosition });
  if (envelope === 'printed') return;
  const isDone = ({ trading }: BridgeStatus) => trading !== 'halted';
  await tell(command, 'resume', envelope ?? { ...inWords(command), takePosition }, isDone);
}

async function limits(_options: unknown, command: Command): Promise<void> {
  const { json, sign, cosign, signed } = command.optsWithGlobals<SigningOptions>();
  const config = configOf(command);
  const accepted = acceptedLimits(readAcceptedActs(homePlaces(config.home).broker.folder));
  if (sign !== true && cosign === undefined && signed === undefined) {
    const looser = accepted === null ? [] : looserLimits(config.risk, accepted.limits);
    printResult(json === true, { accepted, settings: config.risk, looser }, limitsText(config.risk, accepted, looser));
    if (looser.length > 0) process.exitCode = 1;
    return;
  }
  const envelope = signedBy(command, { act: 'limits', limits: config.risk });
  if (envelope === 'printed') return;
  if (envelope === null)
    throw new UsageFailure(
      'the root of trust lists no operators, so the limits of the settings hold as they are',
      'list one: believe operators add --name NAME',
    );
  const isDone = ({ halts }: BridgeStatus) => halts?.limits === undefined;
  await tell(command, 'limits', envelope, isDone);
}

/** Null where nobody's signature is asked for. */
function signedBy(command: Command, wish: Wish): DsseEnvelope | 'printed' | null {
  const { reason, by, keysFolder, cosign, signed, print } = command.optsWithGlobals<SigningOptions>();
  const envelope = signedAct({ config: configOf(command), wish, reason, by, keysFolder, cosign, signed });
  if (print !== true || envelope === null) return envelope;
  process.stdout.write(`${JSON.stringify(envelope)}\n`);
  return 'printed';
}

function inWords(command: Command): TradingControl {
  const { reason, by = userInfo().username } = command.optsWithGlobals<AskOptions>();
  return tradingControl.parse({ v: 1, by, reason, at: new Date().toISOString() });
}

/** Leaves the request, and says what came of it. */
async function tell(
  command: Command,
  name: ControlName,
  request: TradingControl | DsseEnvelope,
  isDone: (status: BridgeStatus) => boolean,
): Promise<void> {
  const { json, waitSeconds } = command.optsWithGlobals<AskOptions>();
  const waitMs = waitSeconds * 1000;
  const { done, status } = await leaveRequest(configOf(command).home, name, request, { isDone, waitMs });
  const text = done && status ? statusText(status, 0) : notYet(name, status);
  printResult(json === true, { asked: name, done, status }, text);
  if (!done) process.exitCode = 1;
}

function configOf(command: Command): Config {
  const { home, config } = command.optsWithGlobals<HomeOptions>();
  return loadHomeConfig({ home, file: config });
}

function clockOf(config: Config): MarketClock {
  const spec = readClockSpec(clockSpecFile(config.home)) ?? (config.clock.kind === 'real' ? { kind: 'real' } : null);
  if (spec === null)
    throw new Failure(
      'NoClock',
      `the clock of ${config.home} has not been started, and the configuration asks for a replayed one`,
      'start the stack with `believe up`, or set clock.kind to real',
    );
  return createMarketClock(spec);
}
