import type { OrderAsk } from '../orders/order-ask.js';
import { openOrders } from '../risk/open-orders.js';
import { orderRate } from '../risk/order-rate.js';
import { orderSize } from '../risk/order-size.js';
import { positionLimit } from '../risk/position-limit.js';
import type { Refusal, RiskContext, RiskRule } from '../risk/rule.js';
import { tradingSession } from '../risk/trading-session.js';

/** So far behind the market that an order does not fill. */
export const OUT_OF_REACH_FRACTION = 0.01;

/** Of the bridge's own rules those that a rehearsal can keep: odd prices are what it tries. */
const RULES: readonly RiskRule[] = [orderSize, positionLimit, openOrders, orderRate];

export interface PaperAsk {
  readonly side: OrderAsk['side'];
  readonly contracts: number;
  /** Points; null for a market order. */
  readonly limitPrice: number | null;
  /** IOC: what cannot fill at once is gone. */
  readonly tif: 'DAY' | 'IOC';
  /** Brings the position nearer to zero, and nothing else. */
  readonly closes: boolean;
}

/**
 * Why an order may not be sent, or null. One contract at most, whatever fills; what can fill opens in regular hours
 * only. More than one contract only where nothing of it can fill: out of reach, and gone at once.
 * @param isOutOfReach the limit is OUT_OF_REACH_FRACTION or more behind the market
 */
export function checkPaperOrder(ask: PaperAsk, context: RiskContext, isOutOfReach: boolean): Refusal | null {
  const { side, contracts, limitPrice, tif, closes } = ask;
  const orderAsk: OrderAsk = {
    ...{ side, contracts, limitPrice, orderType: limitPrice === null ? 'MKT' : 'LMT' },
    ...{ purpose: closes ? 'flatten' : 'decision', modelVersion: null, eventSeq: null },
  };
  const one = { ...context, limits: { ...context.limits, maxPositionContracts: 1, maxOrderSizeContracts: 1 } };
  if (closes) return positionLimit(orderAsk, one);
  const cannotFill = isOutOfReach && tif === 'IOC';
  const rules = cannotFill ? [openOrders, orderRate] : isOutOfReach ? RULES : [tradingSession, ...RULES];
  for (const rule of rules) {
    const refusal = rule(orderAsk, one);
    if (refusal) return refusal;
  }
  return null;
}
