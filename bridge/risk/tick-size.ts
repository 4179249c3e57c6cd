import type { RiskRule } from './rule.js';

/** The exchange refuses prices between ticks; sending one is a defect of ours. */
export const tickSize: RiskRule = ({ limitPrice }, { tickSize: tick }) => {
  if (limitPrice === null) return null;
  const ticks = limitPrice / tick;
  return Number.isFinite(limitPrice) && Math.abs(ticks - Math.round(ticks)) < 1e-6
    ? null
    : { rule: 'tick-size', reason: `the price ${limitPrice} is no whole number of ticks of ${tick}` };
};
