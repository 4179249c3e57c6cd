import type { RiskRule } from './rule.js';

/**
 * While the account holds something that our executions do not explain, no decision trades: what would reduce the position
 * by our executions may add to the one that is held. What closes is judged by the account.
 */
export const positionKnown: RiskRule = (ask, context) =>
  context.isPositionExplained || ask.purpose === 'flatten'
    ? null
    : { rule: 'position-known', reason: 'the account tells a position that our executions do not explain' };
