import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { MarketClock } from '../../shared/clock/market-clock.js';
import { type BridgeStatus, bridgeStatus } from '../../shared/handover/bridge-status.js';
import type { StepContext } from '../step.js';
import type { Observation, ReleaseToLoad } from './contract.js';

const POLL_MS = 500;
/** A bridge that was restarted is back well within this; longer means that nobody trades this release. */
const SILENT_MS_MAX = 60_000;
/** So many events without one decision cannot be a quiet market. */
const EVENTS_WITHOUT_DECISION_MAX = 2000;

/** Watches the bridge for the first market seconds after a swap, and says what speaks against the new heads. */
export async function observeRelease(
  brokerFolder: string,
  clock: MarketClock,
  ask: ReleaseToLoad & { readonly marketSeconds: number },
  context: StepContext,
): Promise<Observation> {
  const untilWallMs = clock.wallMsAt(clock.nowMs() + ask.marketSeconds * 1000);
  const first = await freshStatus(brokerFolder, context);
  let latest = first;
  while (Date.now() < untilWallMs && Date.now() - Date.parse(latest.wallTime) < SILENT_MS_MAX) {
    await pause(POLL_MS, undefined, { signal: context.signal });
    latest = readStatus(brokerFolder) ?? latest;
    if (latest.decisionErrors > 0) break;
    context.progress({ doing: `watching v${ask.modelVersion}: ${latest.decisions} decisions` });
  }
  return observationOf(ask, first, latest, Date.now());
}

/** What two looks at the bridge say of a release. */
export function observationOf(
  release: ReleaseToLoad,
  first: BridgeStatus,
  last: BridgeStatus,
  wallNowMs: number,
): Observation {
  const sameProcess = first.pid === last.pid;
  const decisions = last.decisions - (sameProcess ? first.decisions : 0);
  const events = last.eventsSeen - (sameProcess ? first.eventsSeen : 0);
  const silentMs = wallNowMs - Date.parse(last.wallTime);
  const faults = [
    silentMs > SILENT_MS_MAX && `the bridge has been silent for ${Math.round(silentMs / 1000)} s`,
    last.counter !== release.counter &&
      `the bridge runs ${last.modelVersion === null ? 'no model' : `v${last.modelVersion}`} instead of v${release.modelVersion}`,
    last.decisionErrors > 0 && `${last.decisionErrors} decisions ended in an error`,
    last.trading === 'halted' && `trading is halted: ${last.haltReason ?? 'no reason given'}`,
    events > EVENTS_WITHOUT_DECISION_MAX && decisions === 0 && `${events} market events and not one decision`,
  ].filter((fault) => fault !== false);
  return { healthy: faults.length === 0, faults, decisions, events };
}

/** The bridge's word from after this step began, or the last one it gave where it stays silent too long. */
async function freshStatus(brokerFolder: string, context: StepContext): Promise<BridgeStatus> {
  const begunMs = Date.now();
  for (;;) {
    const status = readStatus(brokerFolder);
    const fresh = status !== null && Date.parse(status.wallTime) >= begunMs;
    if (status !== null && (fresh || Date.now() - begunMs > SILENT_MS_MAX)) return status;
    context.progress({ doing: 'waiting for a word from the bridge' });
    await pause(POLL_MS, undefined, { signal: context.signal });
  }
}

function readStatus(brokerFolder: string): BridgeStatus | null {
  try {
    return bridgeStatus.parse(JSON.parse(readFileSync(path.join(brokerFolder, 'status.json'), 'utf8')));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Windows refuses to open a file in the instant in which it is replaced.
    if (code === 'ENOENT' || code === 'EPERM' || code === 'EACCES' || code === 'EBUSY') return null;
    throw error;
  }
}
