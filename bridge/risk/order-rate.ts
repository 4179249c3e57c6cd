import type { RiskRule } from './rule.js';

/** A loop that sends orders is stopped within a minute's allowance; flattening is exempt. */
export const orderRate: RiskRule = (ask, { ordersSentWallMs, nowWallMs, limits }) => {
  const inLastMinute = ordersSentWallMs.filter((sentMs) => nowWallMs - sentMs < 60_000).length;
  return inLastMinute < limits.maxOrdersPerMinute || ask.purpose === 'flatten'
    ? null
    : {
        rule: 'order-rate',
        reason: `${inLastMinute} orders in the last minute, the limit is ${limits.maxOrdersPerMinute}`,
      };
};
