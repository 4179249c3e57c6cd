import { tickScaleOf } from '../../shared/market/events/tick-scale.js';
import type { RiskRule } from './rule.js';

/** The exchange refuses prices between ticks; sending one is a defect of ours. Float dust counts. */
export const tickSize: RiskRule = ({ limitPrice }, { tickSize: tick }) => {
  if (limitPrice === null) return null;
  return !Number.isNaN(tickScaleOf(tick).ticksOf(limitPrice))
    ? null
    : { rule: 'tick-size', reason: `the price ${limitPrice} is no whole number of ticks of ${tick}` };
};
