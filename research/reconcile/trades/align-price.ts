import { Side } from '../../../shared/market/events/event-batch.js';
import { lowerBound } from '../clock/landmarks.js';

/**
 * Trades of one price in two feeds, each in its own order, put side by side at the least cost. A trade that only one feed has
 * costs `LOST`; a pair costs by how far its times lie apart, in units of how far sure pairs do, and always less than two trades
 * that each miss their twin: a run of trades is shifted by one to hide a loss only where its times do not speak against it.
 * Several neighbours on one side may equal one trade of the other (a feed that aggregates).
 *
 * It is a dynamic programme over a band: a trade meets only those within the window. What it needs to trace its way back is
 * kept for some millions of places; then the way so far is taken, and it goes on from there.
 */
export interface PriceColumns {
  readonly length: number;
  /** By one clock, ascending. */
  readonly ns: Float64Array;
  readonly size: Float64Array;
  readonly side: Uint8Array;
}

export interface AlignOptions {
  /** How far two stamps of a trade may lie apart after correction, ns. */
  readonly windowNs: number;
  /** How far sure pairs do, ns. */
  readonly scatterNs: number;
  /** From the first to the last trade of those that equal one of the other feed, ns. */
  readonly groupNs: number;
}

/** Rows [aFrom, aTo) of the first are rows [bFrom, bTo) of the second; one of the two is a single row. */
export type OnGroup = (aFrom: number, aTo: number, bFrom: number, bTo: number) => void;

export const LOST = 8;
const FAR = 14;
/** Scatters at which a pair costs half of `FAR`: at first it costs about one a scatter, and ever less beyond, as a delay lasts. */
const BEND = 12;
/** For each trade of a group beyond the first, and for aggressors that both feeds name and name differently. */
const GROUPED = 0.2;
const OTHER_SIDE = 1.5;
/** Trades that one of the other feed may stand for. */
const GROUP_MAX = 127;
/** Trades of the other feed that one may meet: in a burst these are the nearest ones. */
const BAND_MAX = 1024;
const PLACES_MAX = 2_000_000;
/** Of the way found so far, the last rows are found again with what follows; a stretch is longer than that by a group, or nothing of it is sure. */
const ROWS_AGAIN = 2 * GROUP_MAX;
const ROWS_MIN = ROWS_AGAIN + GROUP_MAX;

const SKIP_A = 0;
const SKIP_B = 1;
/** + n: n rows of the first are one of the second; 128 + n: one of the first is n of the second. */
const GROUP_A = 1;
const GROUP_B = 128;

/**
 * What it costs to take rows of the first for rows of the second; infinity beyond the window. The nearer of first and last rows count:
 * a feed may stamp a group by either.
 */
export function groupCost(
  a: PriceColumns,
  b: PriceColumns,
  { windowNs, scatterNs }: AlignOptions,
  aFirst: number,
  aLast: number,
  bFirst: number,
  bLast: number,
): number {
  const apart = Math.min(Math.abs(a.ns[aLast]! - b.ns[bLast]!), Math.abs(a.ns[aFirst]! - b.ns[bFirst]!));
  if (apart > windowNs) return Number.POSITIVE_INFINITY;
  const one = a.side[aLast]!;
  const other = b.side[bLast]!;
  const sides = one !== other && one !== Side.none && other !== Side.none ? OTHER_SIDE : 0;
  return (FAR * apart) / (apart + BEND * scatterNs) + sides + GROUPED * (aLast - aFirst + bLast - bFirst);
}

/** Aligns price after price; what it works in is kept from one to the next. */
export class PriceAligner {
  /** For each row of the first: the columns of the second that it may meet. */
  private low = new Int32Array(0);
  private high = new Int32Array(0);
  /** Costs of the last rows, as a ring. */
  private readonly costs = Array.from({ length: GROUP_MAX + 1 }, () => new Float64Array(BAND_MAX + 2));
  private readonly steps = new Uint8Array(PLACES_MAX + 2 * BAND_MAX);
  private readonly rowStart: number[] = [];
  /** Row and column where this stretch begins. */
  private row0 = 0;
  private column0 = 0;
  private a!: PriceColumns;
  private b!: PriceColumns;

  /** @param placesMax what is kept to trace a way back; less only makes more and shorter stretches */
  constructor(
    private readonly options: AlignOptions,
    private readonly placesMax = PLACES_MAX,
  ) {}

  align(a: PriceColumns, b: PriceColumns, onGroup: OnGroup): void {
    [this.a, this.b, this.row0, this.column0] = [a, b, 0, 0];
    this.findBand();
    while (this.row0 < a.length && this.column0 < b.length) this.takeWay(this.row0 + this.fill(), onGroup);
  }

  /** Row i of the programme has consumed i trades of the first; its columns are [low[i], high[i]] trades of the second. */
  private findBand(): void {
    const { a, b } = this;
    const { windowNs } = this.options;
    if (this.low.length <= a.length) {
      this.low = new Int32Array(2 * a.length + 1);
      this.high = new Int32Array(2 * a.length + 1);
    }
    const { low, high } = this;
    low[0] = high[0] = 0;
    let [from, to, centre, equal] = [0, 0, 0, 0];
    for (let i = 1; i <= a.length; i++) {
      const ns = a.ns[i - 1]!;
      while (from < b.length && b.ns[from]! < ns - windowNs) from++;
      while (to < b.length && b.ns[to]! <= ns + windowNs) to++;
      while (centre < b.length && b.ns[centre]! < ns) centre++;
      // Trades at one and the same time are met in their order.
      equal = i > 1 && a.ns[i - 2] === ns ? equal + 1 : 0;
      const middle = Math.min(centre + equal, b.length);
      low[i] = Math.max(low[i - 1]!, from, Math.min(middle, to) - BAND_MAX / 2);
      high[i] = Math.max(high[i - 1]!, low[i]!, Math.min(to, low[i]! + BAND_MAX));
    }
  }

  /** Fills rows from `row0` on, as far as there is room. @returns how many */
  private fill(): number {
    const { a, row0, column0 } = this;
    this.rowStart.length = 0;
    this.startRow();
    let places = this.highOf(row0) - column0 + 1;
    let rows = 0;
    while (row0 + rows < a.length && (places < this.placesMax || rows <= ROWS_MIN)) {
      const i = row0 + ++rows;
      this.rowStart.push(places);
      this.fillRow(i, places);
      places += this.highOf(i) - this.lowOf(i) + 1;
    }
    return rows;
  }

  private startRow(): void {
    const { row0, column0 } = this;
    this.rowStart.push(0);
    const costs = this.costs[row0 % this.costs.length]!;
    for (let j = column0; j <= this.highOf(row0); j++) {
      costs[j - column0] = (j - column0) * LOST;
      this.steps[j - column0] = SKIP_B;
    }
  }

  private lowOf(row: number): number {
    return Math.max(this.low[row]!, this.column0);
  }

  private highOf(row: number): number {
    return Math.max(this.high[row]!, this.column0);
  }

  /** Cost of having consumed so many of each; beyond a row's columns everything was skipped. */
  private costAt(row: number, column: number): number {
    const high = this.highOf(row);
    const costs = this.costs[row % this.costs.length]!;
    const low = this.lowOf(row);
    return column <= high ? costs[column - low]! : costs[high - low]! + (column - high) * LOST;
  }

  private fillRow(i: number, start: number): void {
    const { steps } = this;
    const low = this.lowOf(i);
    const high = this.highOf(i);
    const costs = this.costs[i % this.costs.length]!;
    for (let j = low; j <= high; j++) {
      let best = this.costAt(i - 1, j) + LOST;
      let step = SKIP_A;
      if (j > low) {
        const skipped = costs[j - 1 - low]! + LOST;
        if (skipped < best) {
          best = skipped;
          step = SKIP_B;
        }
        const count = this.groupAt(i - 1, j - 1);
        if (count !== 0) {
          const [ofA, ofB] = count > 0 ? [count, 1] : [1, -count];
          const cost = this.costAt(i - ofA, j - ofB) + this.pairCost(i - ofA, i - 1, j - ofB, j - 1);
          if (cost <= best) {
            best = cost;
            step = count > 0 ? GROUP_A + count : GROUP_B - count;
          }
        }
      }
      costs[j - low] = best;
      steps[start + j - low] = step;
    }
  }

  /** Which rows that end here are equal: 1 for one and one, n for n of the first and one, -n for one and n of the second; else 0. */
  private groupAt(aLast: number, bLast: number): number {
    const { a, b } = this;
    const size = a.size[aLast]!;
    const other = b.size[bLast]!;
    if (size === other) return 1;
    if (size < other) return this.groupBefore(a, aLast, other, this.row0);
    return -this.groupBefore(b, bLast, size, this.lowOf(aLast));
  }

  /** Rows up to `last` that together have so many contracts; 0 where there are none, or they lie too far apart. */
  private groupBefore({ size, ns }: PriceColumns, last: number, contracts: number, from: number): number {
    let sum = size[last]!;
    const least = Math.max(from, last - GROUP_MAX + 2);
    const earliest = ns[last]! - this.options.groupNs;
    let first = last;
    while (sum < contracts && first > least && ns[first - 1]! >= earliest) sum += size[--first]!;
    return sum === contracts ? last - first + 1 : 0;
  }

  private pairCost(aFirst: number, aLast: number, bFirst: number, bLast: number): number {
    return groupCost(this.a, this.b, this.options, aFirst, aLast, bFirst, bLast);
  }

  /**
   * Walks back from the cheapest end of row `last`, and takes what is sure: all where nothing follows, else what lies before the
   * last rows, which are found again together with those that follow. A group that lies across the cut is left for then.
   */
  private takeWay(last: number, onGroup: OnGroup): void {
    const keep = last === this.a.length ? last : last - ROWS_AGAIN;
    const groups: (readonly [number, number, number, number])[] = [];
    let i = last;
    let j = this.cheapest(last);
    let cut: readonly [number, number] | null = i <= keep ? [i, j] : null;
    while (i > this.row0) {
      const step = j > this.highOf(i) ? SKIP_B : this.steps[this.rowStart[i - this.row0]! + j - this.lowOf(i)]!;
      const ofA = step === SKIP_B ? 0 : step > GROUP_B ? 1 : Math.max(1, step - GROUP_A);
      const ofB = step === SKIP_A ? 0 : step > GROUP_B ? step - GROUP_B : 1;
      if (cut !== null && step > SKIP_B) groups.push([i - ofA, i, j - ofB, j]);
      i -= ofA;
      j -= ofB;
      if (cut === null && i <= keep) cut = [i, j];
    }
    for (let k = groups.length - 1; k >= 0; k--) onGroup(...groups[k]!);
    [this.row0, this.column0] = cut!;
  }

  /** Column of a row's cheapest end: trades of the second that lie before it in time and were not consumed are lost. */
  private cheapest(row: number): number {
    const costs = this.costs[row % this.costs.length]!;
    const [low, high] = [this.lowOf(row), this.highOf(row)];
    const due = row === this.a.length ? high : lowerBound(this.b.ns, low, high, this.a.ns[row - 1]!);
    let [best, least] = [high, Number.POSITIVE_INFINITY];
    for (let j = high; j >= low; j--) {
      const cost = costs[j - low]! + Math.max(0, due - j) * LOST;
      if (cost < least) [best, least] = [j, cost];
    }
    return best;
  }
}
