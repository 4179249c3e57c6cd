import { onlyReduces, type RiskRule } from './rule.js';

/** Past the day's loss limit only closing is allowed; so too while the profit cannot be computed. */
export const dailyLoss: RiskRule = (ask, context) => {
  const { pnlTodayUsd, limits } = context;
  if (onlyReduces(ask, context) || pnlTodayUsd > -limits.maxDailyLossUsd) return null;
  return {
    rule: 'daily-loss',
    reason: Number.isNaN(pnlTodayUsd)
      ? "the day's profit is not known"
      : `the day's loss is ${(-pnlTodayUsd).toFixed(2)} USD, the limit is ${limits.maxDailyLossUsd}`,
  };
};
