import type { RiskRule } from './rule.js';

/** A limit price far from the market is a mistake. Market orders are for flattening only. */
export const priceCollar: RiskRule = (ask, { bid, ask: offer, limits, tickSize }) => {
  if (ask.orderType === 'MKT')
    return ask.purpose === 'flatten'
      ? null
      : { rule: 'price-collar', reason: 'a decision may not send a market order' };
  if (ask.limitPrice === null || !(bid < offer))
    return { rule: 'price-collar', reason: 'there is no book to compare with' };
  const distanceTicks = Math.abs(ask.limitPrice - (bid + offer) / 2) / tickSize;
  return distanceTicks <= limits.priceCollarTicks
    ? null
    : {
        rule: 'price-collar',
        reason: `a limit price ${distanceTicks} ticks from the mid price, the limit is ${limits.priceCollarTicks}`,
      };
};
