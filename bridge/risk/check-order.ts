import type { OrderAsk } from '../orders/order-ask.js';
import { contractExpiry } from './contract-expiry.js';
import { contractRoll } from './contract-roll.js';
import { dailyLoss } from './daily-loss.js';
import { halted } from './halted.js';
import { openOrders } from './open-orders.js';
import { orderRate } from './order-rate.js';
import { orderSize } from './order-size.js';
import { positionKnown } from './position-known.js';
import { positionLimit } from './position-limit.js';
import { priceCollar } from './price-collar.js';
import type { Refusal, RiskContext, RiskRule } from './rule.js';
import { staleData } from './stale-data.js';
import { tickSize } from './tick-size.js';
import { tradingSession } from './trading-session.js';

/** Every rule, in the order in which a refusal is named. */
export const RISK_RULES: readonly RiskRule[] = [
  halted,
  tradingSession,
  contractRoll,
  contractExpiry,
  staleData,
  orderSize,
  tickSize,
  priceCollar,
  positionKnown,
  positionLimit,
  openOrders,
  orderRate,
  dailyLoss,
];

/** The first rule that refuses the order; null when all let it pass. A rule that throws refuses. */
export function checkOrder(ask: OrderAsk, context: RiskContext): Refusal | null {
  for (const rule of RISK_RULES) {
    try {
      const refusal = rule(ask, context);
      if (refusal) return refusal;
    } catch (error) {
      return {
        rule: 'defect',
        reason: `a risk rule failed: ${error instanceof Error ? error.message : String(error)}`,
      };
    }
  }
  return null;
}
