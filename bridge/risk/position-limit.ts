import { onlyReduces, type RiskRule } from './rule.js';

/**
 * Counts as if every live order of the same side filled: the worst that can come. Reducing is always allowed, and a
 * closing order may do nothing else.
 */
export const positionLimit: RiskRule = (ask, context) => {
  if (onlyReduces(ask, context)) return null;
  if (ask.purpose === 'flatten')
    return { rule: 'position-limit', reason: `a closing order of ${ask.contracts} would pass the flat position` };
  const { positionContracts, openBuyContracts, openSellContracts, limits } = context;
  const worst =
    ask.side === 'BUY'
      ? positionContracts + openBuyContracts + ask.contracts
      : -positionContracts + openSellContracts + ask.contracts;
  return worst <= limits.maxPositionContracts
    ? null
    : {
        rule: 'position-limit',
        reason: `the position could reach ${worst} contracts, the limit is ${limits.maxPositionContracts}`,
      };
};
