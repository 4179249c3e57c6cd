import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type { Config } from '../../shared/config/config.js';
import type { BridgeStatus } from '../../shared/contract/bridge-status.js';
import { type RollControl, type TradingControl, tradingControl } from '../../shared/contract/trading-control.js';
import { loadHomeConfig } from '../../shared/node/config/home-config.js';
import type { DsseEnvelope } from '../../shared/trust/dsse.js';
import type { Wish } from '../../shared/trust/operator-act.js';
import type { HomeOptions } from '../home-verb.js';
import { plainNumber } from '../option-values.js';
import { printResult } from '../output.js';
import { type ControlName, leaveRequest, notYet } from './leave-request.js';
import { signedAct } from './sign-act.js';
import { statusText } from './status-text.js';

export interface AskOptions extends HomeOptions {
  reason: string;
  by?: string;
  waitSeconds: number;
}
export interface SigningOptions extends AskOptions {
  takePosition?: boolean;
  keysFolder?: string;
  cosign?: string;
  signed?: string;
  print?: boolean;
  sign?: boolean;
}

export function withHome(command: Command): Command {
  return command
    .option('--home <dir>', 'home folder (default: .believe)')
    .option('--config <file>', 'settings file')
    .option('--json', 'one JSON object on stdout; logs on stderr')
    .exitOverride();
}

export function asking(noun: Command, name: string, description: string): Command {
  return withHome(noun.command(name).description(description))
    .option('--reason <text>', 'why, for the record', 'asked on the command line')
    .option('--by <name>', 'who asks (default: your account; for what is signed, whose key is here)')
    .option('--wait-seconds <n>', 'how long to wait for the bridge to have done it', plainNumber(0), 30);
}

export function signing(command: Command): Command {
  return command
    .option(
      '--keys-folder <folder>',
      "folder of the operator's private key (default: operator/keys in the home folder)",
    )
    .option('--print', 'print the signed statement instead of leaving it for the bridge')
    .option('--cosign <file>', 'sign what another operator has printed')
    .option('--signed <file>', 'leave what was printed elsewhere for the bridge');
}

/** Null where nobody's signature is asked for. */
export function signedBy(command: Command, wish: Wish): DsseEnvelope | 'printed' | null {
  const { reason, by, keysFolder, cosign, signed, print } = command.optsWithGlobals<SigningOptions>();
  const envelope = signedAct({ config: configOf(command), wish, reason, by, keysFolder, cosign, signed });
  if (print !== true || envelope === null) return envelope;
  process.stdout.write(`${JSON.stringify(envelope)}\n`);
  return 'printed';
}

export function inWords(command: Command): TradingControl {
  const { reason, by = userInfo().username } = command.optsWithGlobals<AskOptions>();
  return tradingControl.parse({ v: 1, by, reason, at: new Date().toISOString() });
}

/** Leaves the request, and says what came of it. */
export async function tell(
  command: Command,
  name: ControlName,
  request: TradingControl | RollControl | DsseEnvelope,
  isDone: (status: BridgeStatus) => boolean,
): Promise<void> {
  const { json, waitSeconds } = command.optsWithGlobals<AskOptions>();
  const waitMs = waitSeconds * 1000;
  const { done, status } = await leaveRequest(configOf(command).home, name, request, { isDone, waitMs });
  const text = done && status ? statusText(status, 0) : notYet(name, status);
  printResult(json === true, { asked: name, done, status }, text);
  if (!done) process.exitCode = 1;
}

export function configOf(command: Command): Config {
  const { home, config } = command.optsWithGlobals<HomeOptions>();
  return loadHomeConfig({ home, file: config });
}
