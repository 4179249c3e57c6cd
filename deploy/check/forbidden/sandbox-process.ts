import { accessSync, closeSync, constants, openSync, readFileSync } from 'node:fs';
import net from 'node:net';
import { isReachable } from '../../../setup/port-state.js';
import { type SandboxAnswer, sandboxTries } from './sandbox-tries.js';

// Runs in the place of a service, as its user and under everything that its unit holds it with: standard input says what to try.
const tries = sandboxTries.parse(JSON.parse(readFileSync(0, 'utf8')));
const answer: SandboxAnswer = {
  reads: tries.reads.filter(canRead),
  writes: tries.writes.filter(canWrite),
  connects: await those(tries.connects, ({ host, port }) => isReachable(host, port, 2000)),
  sockets: await those(tries.sockets, canAsk),
};
process.stdout.write(`${JSON.stringify(answer)}\n`);

function canRead(file: string): boolean {
  try {
    closeSync(openSync(file, 'r'));
    return true;
  } catch {
    return false;
  }
}

/** Asked and not done: somebody else may watch the folder. The kernel answers by rights, and by how it is mounted here. */
function canWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function canAsk(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asking = net.connect(socket);
    asking.once('connect', () => resolve(asking.destroy() !== undefined));
    asking.once('error', () => resolve(false));
  });
}

async function those<T>(all: readonly T[], holds: (one: T) => Promise<boolean>): Promise<T[]> {
  const held = await Promise.all(all.map(holds));
  return all.filter((_, at) => held[at]);
}
