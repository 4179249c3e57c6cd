import { onlyReduces, type RiskRule } from './rule.js';

/** From the roll on nothing is opened in the contract of before. Closing goes on. */
export const contractRoll: RiskRule = (ask, context) => {
  if (ask.purpose === 'flatten' || onlyReduces(ask, context)) return null;
  const { nowMarketMs, rollMs } = context;
  if (nowMarketMs < rollMs) return null;
  return {
    rule: 'contract-roll',
    reason: Number.isNaN(rollMs)
      ? 'it is not known when the contract is rolled into the next'
      : `the contract is rolled into the next since ${new Date(rollMs).toISOString()}: nothing is opened in this one`,
  };
};
