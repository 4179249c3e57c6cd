import { globexSessionOf } from '../../shared/market/calendar/cme-calendar.js';
import type { Window } from '../day/simulated-clock.js';
import type { Draw } from './draw.js';
import type { Setting } from './plan.js';

const DATES = ['2019-08-28', '2019-08-29', '2019-08-30'] as const;
const SECOND_MS = 1000;

interface NamedWindow extends Window {
  readonly name: string;
}

/** The market, the limits and the windows of a day. */
export function drawSetting(draw: Draw): Setting {
  const speed = draw.oneOf([8, 16, 24]);
  const maxPositionContracts = draw.oneOf([1, 1, 2, 3, 5, 20]);
  const maxOrderSizeContracts = draw.chance(0.5) ? maxPositionContracts : draw.whole(1, maxPositionContracts);
  const flattenBeforeCloseSeconds = draw.oneOf([10, 20, 40]);
  const named = drawWindows(draw, flattenBeforeCloseSeconds);
  const pointsLimit = draw.oneOf([1, 2, 5, 1e6]);
  return {
    product: draw.chance(0.75) ? 'ES' : 'RTY',
    windows: named.map(({ startMs, lengthMs }) => ({ startMs, lengthMs })),
    windowNames: named.map(({ name }) => name),
    speed,
    style: {
      changesPerSecond: draw.oneOf([1, 1.5, 2.5]),
      moveShare: draw.oneOf([0.05, 0.15, 0.4]),
      levelContracts: draw.oneOf([1, 3, 10]),
      moodSeconds: draw.oneOf([3, 8, 20]),
    },
    startPosition: draw.chance(0.65) ? 0 : draw.sign() * draw.whole(1, maxPositionContracts),
    risk: {
      ...{ maxPositionContracts, maxOrderSizeContracts, flattenBeforeCloseSeconds },
      ...{ maxDailyLossUsd: pointsLimit * 50 * maxPositionContracts, maxOrdersPerMinute: draw.oneOf([20, 60, 1000]) },
      ...{ maxOpenOrders: draw.oneOf([1, 2, 4]), priceCollarTicks: draw.oneOf([4, 8, 40]) },
      staleDataMs: draw.oneOf([5, 20, 60]) * SECOND_MS,
    },
    bridge: { orderLifetimeMs: draw.oneOf([2, 5, 30, 300]) * SECOND_MS, segmentMinutesMax: draw.oneOf([0.1, 0.4, 15]) },
    policyContracts: draw.chance(0.8) ? maxPositionContracts : maxPositionContracts + 1,
    positionEveryMs: draw.oneOf([500, 2000, 10_000]),
    hasMetricsPort: draw.chance(0.3),
    depthStyle: draw.chance(0.8) ? 'shift' : 'overwrite',
    flattensAtEnd: draw.chance(0.6),
    firstNoticeDate: draw.chance(0.1) ? draw.oneOf(DATES) : null,
  };
}

/** One to three stretches of the trade dates in their order: what lies between is jumped over. */
function drawWindows(draw: Draw, flattenBeforeCloseSeconds: number): NamedWindow[] {
  const all = DATES.flatMap((date) => windowsOf(date, draw, flattenBeforeCloseSeconds));
  const count = draw.whole(1, 3);
  const chosen = new Set<number>([draw.whole(0, 4)]);
  while (chosen.size < count) {
    const last = Math.max(...chosen);
    chosen.add(last + (draw.chance(0.7) ? 1 : 2));
  }
  return [...chosen].map((index) => all[index]!);
}

function windowsOf(date: string, draw: Draw, flattenBeforeCloseSeconds: number): NamedWindow[] {
  const { rth, globexCloseMs } = globexSessionOf(date)!;
  const window = (name: string, aroundMs: number, beforeSeconds: number, afterSeconds: number): NamedWindow => ({
    name: `${name} ${date}`,
    startMs: aroundMs - beforeSeconds * SECOND_MS,
    lengthMs: (beforeSeconds + afterSeconds) * SECOND_MS,
  });
  const { rthOpenMs, rthCloseMs } = rth!;
  return [
    window('open', rthOpenMs, draw.whole(5, 20), draw.whole(60, 180)),
    window('midday', (rthOpenMs + rthCloseMs) / 2, 0, draw.whole(60, 240)),
    window('close', rthCloseMs, flattenBeforeCloseSeconds + draw.whole(40, 90), draw.whole(20, 60)),
    window('turn', globexCloseMs, draw.whole(20, 60), draw.whole(40, 100)),
  ];
}
