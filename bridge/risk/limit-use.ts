import type { RiskLimits } from '../../shared/config/risk.js';
import type { RiskContext } from './rule.js';

export interface LimitUse {
  readonly limit: number;
  /** In the limit's unit. Null where it is for one order, or not known now. */
  readonly used: number | null;
}

/** How much of each limit is used at this moment. */
export function limitUse(context: RiskContext): Readonly<Record<keyof RiskLimits, LimitUse>> {
  const { limits, positionContracts, openBuyContracts, openSellContracts, nowWallMs } = context;
  const use = (name: keyof RiskLimits, used: number | null) => ({
    limit: limits[name],
    used: used === null || Number.isNaN(used) ? null : used,
  });
  return {
    maxPositionContracts: use(
      'maxPositionContracts',
      Math.max(Math.abs(positionContracts + openBuyContracts), Math.abs(positionContracts - openSellContracts)),
    ),
    maxOrderSizeContracts: use('maxOrderSizeContracts', null),
    maxOpenOrders: use('maxOpenOrders', context.openOrders),
    maxOrdersPerMinute: use(
      'maxOrdersPerMinute',
      context.ordersSentWallMs.filter((sentMs) => nowWallMs - sentMs < 60_000).length,
    ),
    maxDailyLossUsd: use('maxDailyLossUsd', Math.max(0, -context.pnlTodayUsd)),
    priceCollarTicks: use('priceCollarTicks', null),
    staleDataMs: use('staleDataMs', context.depthAgeMs >= 0 ? context.depthAgeMs : null),
    flattenBeforeCloseSeconds: use('flattenBeforeCloseSeconds', null),
    daysBeforeExpiry: use('daysBeforeExpiry', null),
  };
}
