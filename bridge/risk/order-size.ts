import type { RiskRule } from './rule.js';

export const orderSize: RiskRule = ({ contracts }, { limits }) =>
  Number.isInteger(contracts) && contracts > 0 && contracts <= limits.maxOrderSizeContracts
    ? null
    : {
        rule: 'order-size',
        reason: `an order of ${contracts} contracts, the limit is ${limits.maxOrderSizeContracts}`,
      };
