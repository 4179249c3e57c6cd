import type { RiskRule } from './rule.js';

export const openOrders: RiskRule = (ask, context) =>
  context.openOrders < context.limits.maxOpenOrders || ask.purpose === 'flatten'
    ? null
    : {
        rule: 'open-orders',
        reason: `${context.openOrders} orders are open, the limit is ${context.limits.maxOpenOrders}`,
      };
