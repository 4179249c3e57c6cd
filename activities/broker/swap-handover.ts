import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { loadRelease } from '../../broker/load-release.js';
import { type ArmedSwap, armedSwap } from '../../shared/contract/armed-swap.js';
import { type LiveRelease, placeOf } from '../../shared/contract/live-release.js';
import { type SwapRecord, swapRecord } from '../../shared/contract/swap-record.js';
import { Failure } from '../../shared/failure.js';
import { nextRthOpen } from '../../shared/market/calendar/cme-calendar.js';
import { readLiveReleases } from '../../shared/node/contract/live-releases.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { readPin } from '../../shared/node/trust/pin-store.js';
import type { StepContext } from '../../shared/orchestration/step-context.js';
import { comparePins, type Pin } from '../../shared/trust/pin.js';
import type { ReleaseProduct } from '../../shared/trust/product.js';
import { envelopeName, tarballName } from '../../shared/trust/statement.js';
import { swapsAtOnce } from '../../shared/trust/verify-rollback.js';
import type { ReleaseToLoad } from './contract.js';

const POLL_MS = 200;
/** The bridge looks at the armed swap several times a second: after this it has seen that it was withdrawn. */
const BRIDGE_NOTICES_MS = 1500;
/** Writing the line takes milliseconds; a bridge that died over it settles the swap when it is back. */
const TAKEN_MS_MAX = 30_000;

/**
 * Arms the swap for the bridge, unless its line is written already. Doing it again arms the same swap. Whoever asks may
 * only delay it: the bytes are verified anew, and a release that is no rollback with its grounds waits for an RTH open by this
 * tier's own calendar and clock.
 * @param traceparent to whose trace the swap belongs
 * @throws ReleaseRefused, DeliveryMissing: nothing is armed, and the bridge writes no line about it
 */
export async function armSwap(
  tier: { readonly brokerFolder: string; readonly product: ReleaseProduct; readonly nowMarketMs: number },
  ask: ReleaseToLoad & { readonly notBeforeMarketMs: number },
  traceparent?: string,
): Promise<void> {
  const { brokerFolder, product } = tier;
  if (findSwap(brokerFolder, ask)) return;
  const { shipId, modelVersion, counter, payloadSha256 } = ask;
  const [tarball, envelope] = [tarballName(modelVersion), envelopeName(modelVersion)];
  const expected = { shipId, modelVersion, counter, payloadSha256, product };
  const { predicate } = await loadRelease({ brokerFolder, tarball, envelope, nowMs: Date.now(), expected });
  const notBeforeMarketMs = swapsAtOnce(predicate)
    ? Math.max(0, ask.notBeforeMarketMs)
    : openAtOrAfter(ask.notBeforeMarketMs, tier.nowMarketMs);
  const names = { v: 1, shipId, modelVersion, counter, payloadSha256, tarball, envelope } as const;
  const armed = armedSwap.parse({ ...names, notBeforeMarketMs, traceparent });
  replaceFile(armedFile(brokerFolder), `${JSON.stringify(armed)}\n`);
}

/** The open that was asked for, if it is one and still to come; else the first one after both. */
function openAtOrAfter(askedMarketMs: number, nowMarketMs: number): number {
  if (askedMarketMs > nowMarketMs && nextRthOpen(askedMarketMs - 1).rthOpenMs === askedMarketMs) return askedMarketMs;
  return nextRthOpen(Math.max(askedMarketMs, nowMarketMs)).rthOpenMs;
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

/** Withdraws this ship's armed swap, then looks whether the bridge was faster: the swap that it keeps as live, or null. */
export async function disarmSwap(brokerFolder: string, shipId: string): Promise<SwapRecord | null> {
  if (readArmed(brokerFolder)?.shipId === shipId) {
    rmSync(armedFile(brokerFolder), { force: true, maxRetries: 5 });
    await pause(BRIDGE_NOTICES_MS);
  }
  // The bridge renames what it is about to swap to; it is gone once the line is written.
  const taken = path.join(brokerFolder, 'armed', 'swap.taken.json');
  for (let waitedMs = 0; existsSync(taken) && waitedMs < TAKEN_MS_MAX; waitedMs += POLL_MS) await pause(POLL_MS);
  return keptSwaps(brokerFolder).findLast((one) => one.shipId === shipId) ?? null;
}

/** The swap to the release that trades; null before the first. */
export function lastSwap(brokerFolder: string): SwapRecord | null {
  return keptSwaps(brokerFolder).at(-1) ?? null;
}

/** That swap, where it is to this payload. @throws Failure 'NotTrading' */
export function tradingSwap(brokerFolder: string, payloadSha256: string): SwapRecord {
  const last = lastSwap(brokerFolder);
  if (last?.payloadSha256 === payloadSha256) return last;
  throw new Failure(
    'NotTrading',
    `payload ${payloadSha256} is not what the bridge swapped to last`,
    'see `believe bridge status`',
  );
}

/**
 * The bridge's line about this release. That it was swapped to is believed where the bridge keeps it as live: a line alone
 * can be written by whoever may append to `swaps.jsonl`.
 * @throws Failure 'SwapNotKept'
 */
function findSwap(brokerFolder: string, { shipId, payloadSha256 }: ReleaseToLoad): SwapRecord | undefined {
  const isMeant = (one: SwapRecord) => one.shipId === shipId && one.payloadSha256 === payloadSha256;
  const line = readSwaps(brokerFolder).find(isMeant);
  if (line?.outcome !== 'swapped') return line;
  const kept = keptSwaps(brokerFolder).find(isMeant);
  if (kept) return kept;
  throw new Failure(
    'SwapNotKept',
    `swaps.jsonl says that v${line.modelVersion} was swapped to, and trust/live/ knows nothing of it`,
    'see `believe bridge status` for what trades; if the bridge is from before trust/live/, start this version of it',
  );
}

/**
 * What the bridge has swapped to, in order of the releases: kept beside the pin, and none newer than it.
 * @throws Failure 'LiveReleaseLost'
 */
function keptSwaps(brokerFolder: string): readonly SwapRecord[] {
  const kept = readLiveReleases(brokerFolder);
  const newest = kept.at(-1);
  if (newest && !isPinned(newest, readPin(brokerFolder))) {
    throw new Failure(
      'LiveReleaseLost',
      `trust/live/ names v${newest.swap.modelVersion}, which this broker has never verified`,
      'restore trust/ from the backup, and ship again',
    );
  }
  return kept.map(({ swap }) => swap);
}

function isPinned(live: LiveRelease, pin: Pin): boolean {
  const order = comparePins(placeOf(live), pin);
  return order < 0 || (order === 0 && live.swap.payloadSha256 === pin.payloadSha256);
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
