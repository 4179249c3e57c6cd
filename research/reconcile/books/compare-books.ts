import { MINUTE_NS } from '../clock/minute-offsets.js';
import type { OffsetCurve } from '../clock/offset-curve.js';
import type { Feed } from '../feed.js';
import type { CommonBase } from '../trades/trade-tape.js';
import { BookSampler, type Sample } from './book-sampler.js';
import { type BookState, LEVELS, NO_LEVEL } from './book-state.js';

export interface BookOptions {
  readonly gridNs: number;
  /** How far around a moment the other feed may show the same. */
  readonly windowNs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onMoment?: ((ns: number) => void) | undefined;
}

/** Levels of both sides together, at all moments compared. */
export interface LevelCount {
  /** One of the feeds at least had the level. */
  compared: number;
  samePrice: number;
  /** Price and contracts. */
  same: number;
  samePriceWithin: number;
  sameWithin: number;
}

export interface MinuteBooks {
  moments: number;
  best: number;
  bestWithin: number;
  levels: number;
  sameLevels: number;
  sameLevelsWithin: number;
}

export interface ComparedBooks {
  /** Moments of the grid at which both feeds had begun and neither had ended. */
  readonly moments: number;
  /** ...that were not compared, because a book was void, or neither feed had said anything for a minute. */
  readonly voidFirst: number;
  readonly voidSecond: number;
  readonly idle: number;
  readonly levels: readonly LevelCount[];
  /** By minute of the first feed's clock, counted from the base. */
  readonly minutes: ReadonlyMap<number, MinuteBooks>;
}

/** A market that is closed agrees with itself at every moment: that proves nothing. */
const IDLE_NS = 60e9;

/** The books of two feeds on one grid of times, the second's events moved to the first's clock. */
export async function compareBooks(
  first: Feed,
  second: Feed,
  base: CommonBase,
  curve: OffsetCurve,
  [fromNs, toNs]: readonly [number, number],
  options: BookOptions,
): Promise<ComparedBooks> {
  const { gridNs, windowNs, signal, onMoment } = options;
  const a = new BookSampler(first, base, (ns) => ns);
  const b = new BookSampler(second, base, (ns) => curve.toFirst(ns));
  const count = new Count();
  try {
    for (let ns = Math.ceil(fromNs / gridNs) * gridNs; ns <= toNs; ns += gridNs) {
      signal?.throwIfAborted();
      count.take(ns, await a.at(ns, windowNs), await b.at(ns, windowNs));
      onMoment?.(ns);
    }
  } finally {
    await a.close();
    await b.close();
  }
  // A feed of five levels does not contradict one of ten.
  return {
    ...count.totals,
    levels: count.levels.slice(0, Math.min(a.levelsSeen, b.levelsSeen)),
    minutes: count.minutes,
  };
}

class Count {
  readonly totals = { moments: 0, voidFirst: 0, voidSecond: 0, idle: 0 };
  readonly levels = Array.from(
    { length: LEVELS },
    (): LevelCount => ({
      ...{ compared: 0, samePrice: 0, same: 0, samePriceWithin: 0, sameWithin: 0 },
    }),
  );
  readonly minutes = new Map<number, MinuteBooks>();

  take(ns: number, a: Sample, b: Sample): void {
    const { totals } = this;
    totals.moments++;
    if (a.isVoid) totals.voidFirst++;
    if (b.isVoid) totals.voidSecond++;
    if (a.isVoid || b.isVoid) return;
    if (ns - Math.max(a.lastEventNs, b.lastEventNs) > IDLE_NS) {
      totals.idle++;
      return;
    }
    this.compare(this.minuteOf(ns), a, b);
  }

  private compare(minute: MinuteBooks, a: Sample, b: Sample): void {
    minute.moments++;
    const isBest = a.exact.hasBestOf(b.exact);
    if (isBest) minute.best++;
    if (isBest || hasBest(a.exact, b) || hasBest(b.exact, a)) minute.bestWithin++;
    const [one, other] = likest(a, b);
    for (const [level, count] of this.levels.entries())
      for (const row of [level, LEVELS + level]) {
        if (a.exact.priceTicks[row] === NO_LEVEL && b.exact.priceTicks[row] === NO_LEVEL) continue;
        count.compared++;
        minute.levels++;
        if (a.exact.priceTicks[row] === b.exact.priceTicks[row]) {
          count.samePrice++;
          if (a.exact.size[row] === b.exact.size[row]) {
            count.same++;
            minute.sameLevels++;
          }
        }
        if (one.priceTicks[row] !== other.priceTicks[row]) continue;
        count.samePriceWithin++;
        if (one.size[row] !== other.size[row]) continue;
        count.sameWithin++;
        minute.sameLevelsWithin++;
      }
  }

  private minuteOf(ns: number): MinuteBooks {
    const minute = Math.floor(ns / MINUTE_NS);
    let found = this.minutes.get(minute);
    if (!found) {
      found = { moments: 0, best: 0, bestWithin: 0, levels: 0, sameLevels: 0, sameLevelsWithin: 0 };
      this.minutes.set(minute, found);
    }
    return found;
  }
}

function hasBest(state: BookState, { states, count }: Sample): boolean {
  for (let i = 0; i < count; i++) if (state.hasBestOf(states[i]!)) return true;
  return false;
}

/** Of one feed's book at the moment and the other's within the window, the two that have most in common. */
function likest(a: Sample, b: Sample): readonly [BookState, BookState] {
  let best: readonly [BookState, BookState] = [a.exact, b.exact];
  let most = a.exact.sameRows(b.exact);
  for (let i = 0; i < b.count && most < 2 * LEVELS; i++) {
    const same = a.exact.sameRows(b.states[i]!);
    if (same > most) [best, most] = [[a.exact, b.states[i]!], same];
  }
  for (let i = 0; i < a.count && most < 2 * LEVELS; i++) {
    const same = b.exact.sameRows(a.states[i]!);
    if (same > most) [best, most] = [[a.states[i]!, b.exact], same];
  }
  return best;
}
