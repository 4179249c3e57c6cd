import { z } from 'zod';
import { rthSessionsFrom } from '../calendar/cme-calendar.js';
import { OutsideCalendar } from '../calendar/session-calendar.js';

/** The time that the market is at. Everything that waits for the market or stamps market data asks a clock. */
export interface MarketClock {
  /** Market time now, ms since the Unix epoch; never decreases. */
  nowMs(): number;
  /** Market time at a wall time. */
  marketMsAt(wallMs: number): number;
  /** The first whole wall millisecond at which market time has reached marketMs: what to sleep until. */
  wallMsAt(marketMs: number): number;
}

export const tradeDate = z.iso.date();

/** Which clock the processes of one home folder share. Equal specs give equal market times at equal wall times. */
export const clockSpec = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('real') }),
  z.object({
    kind: z.literal('replay'),
    /** Wall time at which the first window opens, ms since the Unix epoch. */
    startedAtWallMs: z.number().int().nonnegative(),
    /** The first window is around the RTH open of this trade date, or of the first after it that has RTH. */
    firstTradeDate: tradeDate,
    /** Market seconds a wall second. */
    speed: z.number().positive().max(1000),
    beforeOpenSeconds: z.number().positive().max(36_000),
    afterOpenSeconds: z.number().positive().max(36_000),
  }),
]);
export type ClockSpec = Readonly<z.infer<typeof clockSpec>>;
type ReplaySpec = Extract<ClockSpec, { kind: 'replay' }>;

/** The clock of a spec. @throws OutsideCalendar when the first trade date is outside the calendar */
export function createMarketClock(spec: ClockSpec, wallNowMs: () => number = Date.now): MarketClock {
  return spec.kind === 'real' ? realClock(wallNowMs) : replayClock(spec, wallNowMs);
}

function realClock(wallNowMs: () => number): MarketClock {
  return { nowMs: wallNowMs, marketMsAt: (wallMs) => wallMs, wallMsAt: (marketMs) => marketMs };
}

/**
 * Market time runs, at `speed`, through a short window around the RTH open of one trade date after the other, and
 * jumps from the end of a window to the start of the next. So an open comes every (before + after) / speed wall seconds.
 * The methods throw OutsideCalendar when every trade date of the calendar has been played.
 */
function replayClock(spec: ReplaySpec, wallNowMs: () => number): MarketClock {
  const windowMs = (spec.beforeOpenSeconds + spec.afterOpenSeconds) * 1000;
  const windowWallMs = windowMs / spec.speed;
  const windowStartMs = rthSessionsFrom(spec.firstTradeDate).map(
    (rth) => rth.rthOpenMs - spec.beforeOpenSeconds * 1000,
  );

  const marketMsAt = (wallMs: number): number => {
    const elapsedWallMs = Math.max(0, wallMs - spec.startedAtWallMs);
    const index = Math.floor(elapsedWallMs / windowWallMs);
    const startMs = windowStartMs[index];
    if (startMs === undefined) throw new OutsideCalendar('the replay clock has played every trade date and now');
    const intoMs = (elapsedWallMs - index * windowWallMs) * spec.speed;
    return startMs + Math.min(Math.max(0, Math.floor(intoMs)), windowMs);
  };

  const wallMsAt = (marketMs: number): number => {
    const index = windowIndexAt(marketMs, windowStartMs, windowMs);
    const intoMs = Math.max(0, marketMs - windowStartMs[index]!);
    let wallMs = Math.floor(spec.startedAtWallMs + index * windowWallMs + intoMs / spec.speed);
    while (marketMsAt(wallMs) < marketMs) wallMs++;
    return wallMs;
  };

  return { nowMs: () => marketMsAt(wallNowMs()), marketMsAt, wallMsAt };
}

/** Index of the window that holds marketMs, or that comes next where market time jumps over it. */
function windowIndexAt(marketMs: number, windowStartMs: readonly number[], windowMs: number): number {
  let low = 0;
  let high = windowStartMs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (windowStartMs[middle]! + windowMs > marketMs) high = middle;
    else low = middle + 1;
  }
  if (low === windowStartMs.length) throw new OutsideCalendar('a market time after the last replayed trade date');
  return low;
}
