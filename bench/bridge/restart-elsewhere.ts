import type { BridgeConfig } from '../../shared/config/bridge.js';

const HALF_DAY_MS = 12 * 3_600_000;
const DAYS = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'] as const;

/** Restart windows that are far from now: inside one the bridge sends no order, whatever the market's clock says. */
export function restartElsewhere(): BridgeConfig['restart'] {
  const at = new Date(Date.now() + HALF_DAY_MS);
  const time = at.toISOString().slice(11, 16);
  return {
    ...{ dailyAt: time, minutes: 1, timeZone: 'UTC' },
    ...{ weeklyDay: DAYS[(at.getUTCDay() + 3) % DAYS.length]!, weeklyAt: time, weeklyMinutes: 1 },
  };
}
