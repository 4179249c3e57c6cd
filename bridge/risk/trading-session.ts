import { onlyReduces, type RiskRule } from './rule.js';

/** Positions are opened in regular trading hours only, and not shortly before their end or a gateway restart. */
export const tradingSession: RiskRule = (ask, context) => {
  if (ask.purpose === 'flatten' || onlyReduces(ask, context)) return null;
  const { sessionPhase, inRestartWindow, nowMarketMs, rthCloseMs, limits } = context;
  const rule = 'trading-session';
  if (sessionPhase !== 'rth')
    return { rule, reason: `the market is in its ${sessionPhase} phase, not in regular hours` };
  if (inRestartWindow) return { rule, reason: 'the gateway restarts about now' };
  const leftMs = rthCloseMs - nowMarketMs;
  return leftMs > limits.flattenBeforeCloseSeconds * 1000
    ? null
    : { rule, reason: `regular hours end in ${Math.round(leftMs / 1000)} s: positions are only closed now` };
};
