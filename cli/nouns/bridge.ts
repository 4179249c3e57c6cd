import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { clockSpecFile, readClockSpec } from '../../shared/clock/clock-spec-file.js';
import { createMarketClock, type MarketClock } from '../../shared/clock/market-clock.js';
import type { Config } from '../../shared/config/config.js';
import { loadHomeConfig } from '../../shared/config/home-config.js';
import { isDiskFull } from '../../shared/disk/disk-full.js';
import { replaceFile } from '../../shared/disk/replace-file.js';
import { Failure } from '../../shared/failure.js';
import { type BridgeStatus, bridgeStatus } from '../../shared/handover/bridge-status.js';
import { CONTROL_FILES, tradingControl } from '../../shared/handover/trading-control.js';
import { loadBridge } from '../bridge/load-bridge.js';
import { rehearsalText, stepsText } from '../bridge/rehearsal-text.js';
import { statusText } from '../bridge/status-text.js';
import { TerminalPerson } from '../bridge/terminal-person.js';
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
  by: string;
  waitSeconds: string;
  takePosition?: boolean;
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
  asking(noun, 'resume', 'lift the kill switch and every halt that waits for an operator')
    .option('--take-position', "take the account's position as it is, where executions do not explain it")
    .action((_options: unknown, command: Command) => ask('resume', command, (status) => status.trading !== 'halted'));
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
    .option('--by <name>', 'who asks', userInfo().username)
    .option('--wait-seconds <n>', 'how long to wait for the bridge to have done it', '30');
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
  const { status, ageMs } = readStatus(configOf(command));
  const running = ageMs < 10_000 && status.connection !== 'down';
  printResult(json === true, { ...status, running, ageMs }, statusText(status, ageMs));
  if (ageMs >= 10_000) process.exitCode = 1;
}

/** By the executions and by the account, and with nothing left to be closed. */
function isFlat({ positionContracts, accountContracts, closing, trading }: BridgeStatus): boolean {
  return positionContracts === 0 && accountContracts === 0 && closing === null && trading === 'halted';
}

/** Leaves the request for the bridge and waits until its status says that it is done. */
async function ask(name: keyof typeof CONTROL_FILES, command: Command, isDone: (status: BridgeStatus) => boolean) {
  const { json, reason, by, waitSeconds, takePosition } = command.optsWithGlobals<AskOptions>();
  const config = configOf(command);
  const request = tradingControl.parse({ v: 1, by, reason, at: new Date().toISOString(), takePosition });
  const askedMs = Date.now();
  leave(path.join(config.home, 'broker', 'control', CONTROL_FILES[name]), `${JSON.stringify(request)}\n`);
  for (;;) {
    await sleep(250);
    const found = existsSync(statusFile(config)) ? readStatus(config) : null;
    const isFresh = found !== null && Date.parse(found.status.wallTime) > askedMs + 500;
    if (isFresh && isDone(found.status)) {
      printResult(json === true, { asked: name, done: true, status: found.status }, statusText(found.status, 0));
      return;
    }
    if (Date.now() - askedMs > Number(waitSeconds) * 1000) {
      printResult(
        json === true,
        { asked: name, done: false, status: found?.status ?? null },
        notYet(name, found?.status),
      );
      process.exitCode = 1;
      return;
    }
  }
}

/** On a full disk there is room for a name, if not for a word: halt and flatten are obeyed without one. */
function leave(file: string, text: string): void {
  try {
    replaceFile(file, text);
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    writeFileSync(file, '');
  }
}

function notYet(name: string, status: BridgeStatus | undefined): string {
  const said = status
    ? `the bridge says: ${status.trading}, ${status.haltReason ?? 'no halt'}`
    : 'no bridge is running';
  return `${name} is asked for, and waits for the bridge (${said})`;
}

function readStatus(config: Config): { status: BridgeStatus; ageMs: number } {
  const file = statusFile(config);
  if (!existsSync(file))
    throw new Failure('NoBridge', `no bridge has ever run in ${config.home}`, 'start it with `believe bridge`');
  const status = bridgeStatus.parse(JSON.parse(readFileSync(file, 'utf8')));
  return { status, ageMs: Date.now() - Date.parse(status.wallTime) };
}

function statusFile(config: Config): string {
  return path.join(config.home, 'broker', 'status.json');
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
