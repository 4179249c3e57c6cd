import type { RiskRule } from './rule.js';

/** Without fresh market data nobody knows what an order would do. Flattening by market order goes on. */
export const staleData: RiskRule = (ask, { nowMarketMs, lastDataMarketMs, limits }) => {
  const ageMs = nowMarketMs - lastDataMarketMs;
  return ageMs <= limits.staleDataMs || ask.purpose === 'flatten'
    ? null
    : {
        rule: 'stale-data',
        reason: Number.isNaN(ageMs)
          ? 'there is no market data yet'
          : `the last market event is ${Math.round(ageMs)} ms old, the limit is ${limits.staleDataMs}`,
      };
};
