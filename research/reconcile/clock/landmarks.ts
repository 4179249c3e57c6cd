import type { TradeTape } from '../trades/trade-tape.js';

/**
 * What a feed shows that the other can be recognised by. A single trade (price and size), and a run of trades at one price
 * (price, where it came from, contracts in all): what one feed aggregates changes the single trades and not the run.
 */
export interface Landmarks {
  readonly length: number;
  /** Of the trade, or of the first of the run; ascending. */
  readonly ns: Float64Array;
  /** Equal where two landmarks look the same. */
  readonly key: Float64Array;
}

/** Every trade and every run of a tape, in order of time. */
export function landmarksOf({ length: trades, ns, priceTicks, size }: TradeTape): Landmarks {
  const out = { length: 0, ns: new Float64Array(2 * trades), key: new Float64Array(2 * trades) };
  const add = (at: number, key: number) => {
    out.ns[out.length] = at;
    out.key[out.length++] = key;
  };
  for (let start = 0; start < trades; ) {
    let end = start;
    let contracts = 0;
    for (; end < trades && priceTicks[end] === priceTicks[start]; end++) contracts += size[end]!;
    // Where the run came from is two bits: up, down, or the first of the tape, which no run of the other feed need be.
    const from = start === 0 ? 3 : priceTicks[start - 1]! < priceTicks[start]! ? 1 : 2;
    add(ns[start]!, keyOf(priceTicks[start]!, contracts, from));
    for (let i = start; i < end; i++) add(ns[i]!, keyOf(priceTicks[i]!, size[i]!, 0));
    start = end;
  }
  return out;
}

/** Price below 2^32, contracts below 2^19, two bits: exact in a float64. */
function keyOf(priceTicks: number, contracts: number, from: number): number {
  return ((priceTicks + 2 ** 31) * 2 ** 19 + (contracts % 2 ** 19)) * 4 + from;
}

/** The landmarks of a feed by how they look: for each key its times, ascending. */
export class LandmarkIndex {
  private readonly bucketOf = new Map<number, number>();
  private readonly starts: Int32Array;
  private readonly times: Float64Array;

  constructor(landmarks: Landmarks) {
    const { length, key, ns } = landmarks;
    const bucket = new Int32Array(length);
    for (let i = 0; i < length; i++) {
      let at = this.bucketOf.get(key[i]!);
      if (at === undefined) {
        at = this.bucketOf.size;
        this.bucketOf.set(key[i]!, at);
      }
      bucket[i] = at;
    }
    this.starts = new Int32Array(this.bucketOf.size + 1);
    for (let i = 0; i < length; i++) this.starts[bucket[i]! + 1]!++;
    for (let b = 0; b < this.bucketOf.size; b++) this.starts[b + 1]! += this.starts[b]!;
    const next = this.starts.slice();
    this.times = new Float64Array(length);
    for (let i = 0; i < length; i++) this.times[next[bucket[i]!]!++] = ns[i]!;
  }

  /** Times of landmarks that look so, from one time to another, both included. The array is a view. */
  between(key: number, fromNs: number, toNs: number): Float64Array {
    const at = this.bucketOf.get(key);
    if (at === undefined) return NOTHING;
    const [start, end] = [this.starts[at]!, this.starts[at + 1]!];
    const first = lowerBound(this.times, start, end, fromNs);
    return this.times.subarray(first, upperBound(this.times, first, end, toNs));
  }

  /** How many `between` would give; stops counting at `most`. */
  countBetween(key: number, fromNs: number, toNs: number, most: number): number {
    const at = this.bucketOf.get(key);
    if (at === undefined) return 0;
    const end = this.starts[at + 1]!;
    const first = lowerBound(this.times, this.starts[at]!, end, fromNs);
    let last = first;
    while (last < end && last - first < most && this.times[last]! <= toNs) last++;
    return last - first;
  }
}

const NOTHING = new Float64Array(0);

/** First place in [start, end) of an ascending column whose value is not below `value`. */
export function lowerBound(values: Float64Array, start: number, end: number, value: number): number {
  let [low, high] = [start, end];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** First place in [start, end) of an ascending column whose value is above `value`. */
export function upperBound(values: Float64Array, start: number, end: number, value: number): number {
  let [low, high] = [start, end];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
