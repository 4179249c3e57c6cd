import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import type { KillPlan } from './kill-moments.js';

// Loaded into a bridge ahead of its own code (`node --import`): kills it, by SIGKILL, at a step of its work that cannot be
// seen from outside. Steps are lines of the order journal and messages to the gateway; which one, and how long after it,
// is told by the environment or later by the parent process.

const ORDER_LINE = /^\{"v":\d,"n":/;
const ROLL_LINE = '{"v":1,"kind":"rolled"';
/** Message ids of the TWS protocol. */
const MESSAGES: Readonly<Record<string, string>> = {
  '3': 'order',
  '4': 'cancel',
  '7': 'executions asked',
  '16': 'open orders asked',
  '61': 'positions asked',
};

let plan: KillPlan | null = process.env.BRIDGE_KILL_PLAN ? JSON.parse(process.env.BRIDGE_KILL_PLAN) : null;
let seen = 0;
const contractsMissing = new Map<string, number>();

process.on('message', (next) => {
  plan = next as KillPlan;
  seen = 0;
});
process.channel?.unref();

const { writeSync } = fs;
fs.writeSync = (file: number, bytes: unknown, ...where: unknown[]): number => {
  const step = stepOfLine(bytes);
  if (step === null) return writeSync(file, bytes as Buffer, ...(where as [number]));
  const [offset, length, at] = where as [number, number, number];
  const writeBytes = (count: number) => writeSync(file, bytes as Buffer, offset, count, at);
  if (isDue(`half ${step}`)) {
    writeBytes(Math.floor(length / 2));
    die();
  }
  reach(`before ${step}`);
  const written = writeBytes(length);
  reach(`after ${step}`);
  return written;
};
syncBuiltinESMExports();

const write = net.Socket.prototype.write as (this: net.Socket, ...args: unknown[]) => boolean;
net.Socket.prototype.write = function (this: net.Socket, ...args: unknown[]) {
  const step = stepOfMessage(args[0]);
  if (step === null) return write.apply(this, args);
  reach(`before ${step}`);
  const flushed = write.apply(this, args);
  reach(`after ${step}`);
  return flushed;
};

function reach(step: string): void {
  if (!isDue(step)) return;
  const { delayMs } = plan!;
  plan = null;
  if (delayMs === 0) die();
  else setTimeout(die, delayMs);
}

function isDue(step: string): boolean {
  return plan?.step === step && ++seen === plan.occurrence;
}

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** `roll line`; `intent line`, `sent line`, `fill line in part`, ... of the order journal; null for what is none of these. */
function stepOfLine(bytes: unknown): string | null {
  if (!Buffer.isBuffer(bytes)) return null;
  if (bytes.toString('latin1', 0, ROLL_LINE.length) === ROLL_LINE) return 'roll line';
  if (!ORDER_LINE.test(bytes.toString('latin1', 0, 16))) return null;
  const line = JSON.parse(bytes.toString()) as { kind: string; orderRef: string; contracts: number };
  if (line.kind === 'intent') contractsMissing.set(line.orderRef, line.contracts);
  if (line.kind !== 'fill') return `${line.kind} line`;
  const missing = (contractsMissing.get(line.orderRef) ?? 0) - line.contracts;
  contractsMissing.set(line.orderRef, missing);
  return missing > 0 ? 'fill line in part' : 'fill line';
}

/** Messages begin with four bytes of length, then the id as text, ended by a zero. */
function stepOfMessage(bytes: unknown): string | null {
  if (!Buffer.isBuffer(bytes) || bytes.length < 6) return null;
  const name = MESSAGES[bytes.toString('latin1', 4, bytes.indexOf(0, 4))];
  return name === undefined ? null : `${name} message`;
}
