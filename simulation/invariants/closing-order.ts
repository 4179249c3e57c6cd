import { isLive } from '../../simulator/orders/order.js';
import type { Day } from '../day/day.js';

/** A market order that is not filled by then is held: somebody has to be told. */
const TOLD_WITHIN_MS = 4500;

/** One that was refused is repeated after a pause, the longest of which is a minute. */
const REPEATED_WITHIN_MS = 61_000;

/**
 * A closing order of ours works at the gateway, or was refused there and is to be repeated: how long the exchange takes is
 * not the bridge's, to tell of it is.
 */
export function isBeingClosed(day: Day): boolean {
  const { truth, world } = day;
  const isTold = day.status()?.alarms?.some(({ alarm }) => alarm === 'PositionNotClosed') ?? false;
  return [...truth.gateway.ledger.orders.values()].some((order) => {
    const sent = truth.sent.get(order.terms.orderRef);
    if (!sent?.isClosing || order.contract.localSymbol !== day.localSymbol) return false;
    const sinceMs = world.nowMs - sent.sentMs;
    if (isLive(order)) return isTold || sinceMs < TOLD_WITHIN_MS;
    return isTold && order.filled === 0 && sinceMs < REPEATED_WITHIN_MS;
  });
}
