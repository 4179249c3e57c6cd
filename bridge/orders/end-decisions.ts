import { setTimeout as sleep } from 'node:timers/promises';
import type { Halts } from '../halt/halts.js';
import type { Order, OrderLedger } from './order-ledger.js';

const LOOK_EVERY_MS = 20;

/**
 * Halts, which cancels what decisions have sent, and waits until none of it is live: connected and watched still, but
 * deciding nothing any more. Orders that close the position work on. @returns what is still live after `secondsMax`
 */
export async function endDecisions(
  halts: Halts,
  ledger: () => OrderLedger,
  secondsMax: number,
): Promise<readonly Order[]> {
  halts.raise('stopping', 'the bridge was asked to stop');
  const deadlineMs = performance.now() + secondsMax * 1000;
  for (;;) {
    const live = ledger()
      .live()
      .filter(({ purpose }) => purpose === 'decision');
    if (live.length === 0 || performance.now() > deadlineMs) return live;
    await sleep(LOOK_EVERY_MS);
  }
}
