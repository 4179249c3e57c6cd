import type { Day } from '../day/day.js';

/** A market order that is not filled by then is held: somebody has to be told. */
const TOLD_WITHIN_MS = 4500;

/** A closing order of ours works at the gateway: how long the exchange takes is not the bridge's, to tell of it is. */
export function isBeingClosed(day: Day): boolean {
  const { truth, world } = day;
  const isTold = day.status()?.alarms?.some(({ alarm }) => alarm === 'PositionNotClosed') ?? false;
  return truth.liveOrders().some(({ terms, contract }) => {
    const sent = truth.sent.get(terms.orderRef);
    if (!sent?.isClosing || contract.localSymbol !== day.localSymbol) return false;
    return isTold || world.nowMs - sent.sentMs < TOLD_WITHIN_MS;
  });
}
