import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type BridgeStatus, bridgeStatus } from '../../shared/contract/bridge-status.js';
import type { MarketClock } from '../../shared/market/clock/market-clock.js';
import type { StepContext } from '../../shared/orchestration/step-context.js';
import type { Observation, ReleaseToLoad } from './contract.js';

const POLL_MS = 250;
/** A bridge that was restarted is back well within this; longer means that nobody trades this release. */
const ABSENT_MS_MAX = 90_000;
/** So many events without one decision cannot be a quiet market. */
const EVENTS_WITHOUT_DECISION_MAX = 2000;

/**
 * Watches the bridge for the first market seconds after a swap, and says what speaks against the new heads. Only time in
 * which one bridge process is connected and ready counts: a bridge that restarts meanwhile is watched from then on.
 */
export async function observeRelease(
  brokerFolder: string,
  clock: MarketClock,
  ask: ReleaseToLoad & { readonly marketSeconds: number },
  context: StepContext,
): Promise<Observation> {
  const begunMs = Date.now();
  let lastReadyMs = begunMs;
  let first: BridgeStatus | null = null;
  let untilWallMs = Number.POSITIVE_INFINITY;
  for (;;) {
    const status = readStatus(brokerFolder);
    const nowMs = Date.now();
    if (status === null || !isReady(status, begunMs)) {
      first = null;
      context.progress({ doing: 'waiting for the bridge to be ready' });
      if (nowMs - lastReadyMs > ABSENT_MS_MAX) return absent(nowMs - lastReadyMs);
    } else {
      lastReadyMs = nowMs;
      if (first?.pid !== status.pid) {
        first = status;
        untilWallMs = clock.wallMsAt(clock.nowMs() + ask.marketSeconds * 1000);
      }
      if (nowMs >= untilWallMs || status.decisionErrors > 0) return observationOf(ask, first, status);
      context.progress({ doing: `watching v${ask.modelVersion}: ${status.decisions} decisions` });
    }
    await pause(POLL_MS, undefined, { signal: context.signal });
  }
}

/** What two looks at one bridge process say of a release. */
export function observationOf(release: ReleaseToLoad, first: BridgeStatus, last: BridgeStatus): Observation {
  const decisions = last.decisions - first.decisions;
  const events = last.eventsSeen - first.eventsSeen;
  const faults = [
    last.counter !== release.counter &&
      `the bridge runs ${last.modelVersion === null ? 'no model' : `v${last.modelVersion}`} instead of v${release.modelVersion}`,
    last.decisionErrors > 0 && `${last.decisionErrors} decisions ended in an error`,
    last.trading === 'halted' && `trading is halted: ${last.haltReason ?? 'no reason given'}`,
    events > EVENTS_WITHOUT_DECISION_MAX && decisions === 0 && `${events} market events and not one decision`,
  ].filter((fault) => fault !== false);
  return { healthy: faults.length === 0, faults, decisions, events };
}

function absent(absentMs: number): Observation {
  const fault = `the bridge has not been ready for ${Math.round(absentMs / 1000)} s`;
  return { healthy: false, faults: [fault], decisions: 0, events: 0 };
}

/** Halts that say something of the gateway and nothing of the heads; they pass by themselves. */
const GATEWAY_HALTS = ['connection', 'feed'];

/** The word of a bridge that is connected, from after this step began and not older than a few seconds. */
function isReady({ connection, wallTime, halts = {} }: BridgeStatus, begunMs: number): boolean {
  const saidMs = Date.parse(wallTime);
  if (connection !== 'ready' || GATEWAY_HALTS.some((code) => code in halts)) return false;
  return saidMs >= begunMs && Date.now() - saidMs < 5000;
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
