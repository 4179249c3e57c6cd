import { type Command, Option } from 'commander';
import type { Config } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { looserLimits } from '../../shared/config/looser-limits.js';
import { acceptedLimits } from '../../shared/contract/accepted-act.js';
import type { BridgeStatus } from '../../shared/contract/bridge-status.js';
import { Failure, UsageFailure } from '../../shared/failure.js';
import { createMarketClock, type MarketClock } from '../../shared/market/clock/market-clock.js';
import { clockSpecFile, readClockSpec } from '../../shared/node/clock-spec-file.js';
import { readAcceptedActs } from '../../shared/node/contract/acts-file.js';
import { contractInUse } from '../../shared/node/contract/rolls-file.js';
import {
  asking,
  configOf,
  inWords,
  type SigningOptions,
  signedBy,
  signing,
  tell,
  withHome,
} from '../bridge/ask-bridge.js';
import { RUNNING_MS_MAX, readStatus } from '../bridge/leave-request.js';
import { limitsText } from '../bridge/limits-text.js';
import { loadBridge } from '../bridge/load-bridge.js';
import { rehearsalText, stepsText } from '../bridge/rehearsal-text.js';
import { statusText } from '../bridge/status-text.js';
import { TerminalPerson } from '../bridge/terminal-person.js';
import type { HomeOptions } from '../home-verb.js';
import { printResult } from '../output.js';

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'];

interface RehearseOptions extends HomeOptions {
  only?: string;
  list?: boolean;
  yes?: boolean;
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
  const configured = configOf(command);
  const localSymbol = contractInUse(homePlaces(configured.home).broker.rolls, configured.instrument);
  const config = { ...configured, instrument: { ...configured.instrument, localSymbol } };
  const person = new TerminalPerson({ asks: yes !== true });
  const report = await runRehearsal(config, clockOf(config), steps, person).finally(() => person.close());
  printResult(json === true, report, rehearsalText(report));
  if (!report.isFlat || report.interrupted !== null) process.exitCode = 1;
}

function showStatus(_options: unknown, command: Command): void {
  const { json } = command.optsWithGlobals<HomeOptions>();
  const { status, ageMs } = readStatus(configOf(command).home);
  const running = ageMs < RUNNING_MS_MAX && status.connection !== 'down';
  printResult(json === true, { ...status, running, ageMs }, statusText(status, ageMs));
  if (ageMs >= RUNNING_MS_MAX) process.exitCode = 1;
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
