import type { RiskRule } from './rule.js';

/** Nothing new while trading is halted. Closing the position on the operator's word goes on. */
export const halted: RiskRule = (ask, { haltReason }) =>
  haltReason === null || ask.purpose === 'flatten'
    ? null
    : { rule: 'halted', reason: `trading is halted: ${haltReason}` };
