import type { RiskRule } from './rule.js';

/**
 * Without fresh depth nobody knows what an order would do: trades do not tell. A negative age is no age. Flattening by
 * market order goes on.
 */
export const staleData: RiskRule = (ask, { depthAgeMs, limits }) => {
  if (ask.purpose === 'flatten' || (depthAgeMs >= 0 && depthAgeMs <= limits.staleDataMs)) return null;
  return {
    rule: 'stale-data',
    reason:
      depthAgeMs >= 0
        ? `the last depth is ${Math.round(depthAgeMs)} ms old, the limit is ${limits.staleDataMs}`
        : 'no depth of the present book has come yet',
  };
};
