import { onlyReduces, type RiskRule } from './rule.js';

/** While the account holds something that our executions do not explain, no position is opened on top of it. */
export const positionKnown: RiskRule = (ask, context) =>
  context.isPositionExplained || ask.purpose === 'flatten' || onlyReduces(ask, context)
    ? null
    : { rule: 'position-known', reason: 'the account tells a position that our executions do not explain' };
