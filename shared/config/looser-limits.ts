import type { RiskLimits } from './risk.js';

/** In which direction a limit lets more happen. */
const LOOSER: Readonly<Record<keyof RiskLimits, 'larger' | 'smaller'>> = {
  maxPositionContracts: 'larger',
  maxOrderSizeContracts: 'larger',
  priceCollarTicks: 'larger',
  maxOrdersPerMinute: 'larger',
  maxOpenOrders: 'larger',
  maxDailyLossUsd: 'larger',
  staleDataMs: 'larger',
  flattenBeforeCloseSeconds: 'smaller',
  daysBeforeExpiry: 'smaller',
};
const NAMES = Object.keys(LOOSER) as (keyof RiskLimits)[];

/** Names of the limits that let more happen than others do. */
export function looserLimits(limits: RiskLimits, than: RiskLimits): (keyof RiskLimits)[] {
  return NAMES.filter((name) => (LOOSER[name] === 'larger' ? limits[name] > than[name] : limits[name] < than[name]));
}

/** Of each limit the one that lets less happen. */
export function tighterLimits(one: RiskLimits, other: RiskLimits): RiskLimits {
  const looser = looserLimits(one, other);
  return { ...one, ...Object.fromEntries(looser.map((name) => [name, other[name]])) };
}
