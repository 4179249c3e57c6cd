import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { replaceFile } from '../../shared/disk/replace-file.js';
import { type ArmedSwap, armedSwap } from '../../shared/handover/armed-swap.js';
import { type SwapRecord, swapRecord } from '../../shared/handover/swap-record.js';
import type { StepContext } from '../step.js';
import type { ReleaseToLoad } from './contract.js';

const POLL_MS = 200;
/** The bridge looks at the armed swap several times a second: after this it has seen that it was withdrawn. */
const BRIDGE_NOTICES_MS = 1500;
/** Writing the line takes milliseconds; a bridge that died over it settles the swap when it is back. */
const TAKEN_MS_MAX = 30_000;

/** Arms the swap for the bridge, unless its line is written already. Doing it again arms the same swap. */
export function armSwap(brokerFolder: string, ask: ReleaseToLoad & { readonly notBeforeMarketMs: number }): void {
  if (findSwap(brokerFolder, ask)) return;
  const { shipId, modelVersion, counter, payloadSha256, tarball, envelope, notBeforeMarketMs } = ask;
  const armed = { v: 1, shipId, modelVersion, counter, payloadSha256, tarball, envelope, notBeforeMarketMs } as const;
  replaceFile(armedFile(brokerFolder), `${JSON.stringify(armedSwap.parse(armed))}\n`);
}

/** Waits for the bridge's line about this release; the bridge may be down meanwhile. */
export async function awaitSwap(brokerFolder: string, ask: ReleaseToLoad, context: StepContext): Promise<SwapRecord> {
  context.progress({ doing: `waiting for the bridge to swap to v${ask.modelVersion}` });
  for (;;) {
    const found = findSwap(brokerFolder, ask);
    if (found) return found;
    await pause(POLL_MS, undefined, { signal: context.signal });
  }
}

/** Withdraws this ship's armed swap, then looks whether the bridge was faster. */
export async function disarmSwap(
  brokerFolder: string,
  shipId: string,
): Promise<{ swappedPayloadSha256: string | null }> {
  if (readArmed(brokerFolder)?.shipId === shipId) {
    rmSync(armedFile(brokerFolder), { force: true, maxRetries: 5 });
    await pause(BRIDGE_NOTICES_MS);
  }
  // The bridge renames what it is about to swap to; it is gone once the line is written.
  const taken = path.join(brokerFolder, 'armed', 'swap.taken.json');
  for (let waitedMs = 0; existsSync(taken) && waitedMs < TAKEN_MS_MAX; waitedMs += POLL_MS) await pause(POLL_MS);
  const swaps = readSwaps(brokerFolder).filter((one) => one.shipId === shipId && one.outcome === 'swapped');
  return { swappedPayloadSha256: swaps.at(-1)?.payloadSha256 ?? null };
}

function findSwap(brokerFolder: string, { shipId, payloadSha256 }: ReleaseToLoad): SwapRecord | undefined {
  return readSwaps(brokerFolder).find((one) => one.shipId === shipId && one.payloadSha256 === payloadSha256);
}

function readArmed(brokerFolder: string): ArmedSwap | null {
  try {
    return armedSwap.parse(JSON.parse(readFileSync(armedFile(brokerFolder), 'utf8')));
  } catch {
    return null;
  }
}

/** Whole lines only: the bridge may be in the middle of appending the last one. */
function readSwaps(brokerFolder: string): SwapRecord[] {
  let text: string;
  try {
    text = readFileSync(path.join(brokerFolder, 'swaps.jsonl'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return lines.filter((line) => line !== '').map((line) => swapRecord.parse(JSON.parse(line)));
}

function armedFile(brokerFolder: string): string {
  return path.join(brokerFolder, 'armed', 'swap.json');
}
