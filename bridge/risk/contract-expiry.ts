import { onlyReduces, type RiskRule } from './rule.js';

/** Nothing is opened in a contract that expires, or whose delivery begins, within days. Closing goes on. */
export const contractExpiry: RiskRule = (ask, context) => {
  if (ask.purpose === 'flatten' || onlyReduces(ask, context)) return null;
  const { nowMarketMs, lastOpenMs } = context;
  if (nowMarketMs < lastOpenMs) return null;
  return {
    rule: 'contract-expiry',
    reason: Number.isNaN(lastOpenMs)
      ? 'it is not known when the contract expires or when its delivery begins'
      : `the contract is near its expiry or its delivery: nothing is opened since ${new Date(lastOpenMs).toISOString()}`,
  };
};
