import { quantileOf } from '../../gate/statistics/quantile.js';
import type { Matched } from '../trades/matched.js';
import { MINUTE_NS } from './minute-offsets.js';
import { median } from './robust.js';

export interface Latencies {
  /** Median of the second's stamp less the first's, by minute, ns; minutes with three pairs at least. */
  readonly offsetOfMinute: ReadonlyMap<number, number>;
  /** Ascending, ns: as stamped, and less the median of the minute once the curve of the clocks is taken away. */
  readonly absolute: Float64Array;
  readonly relative: Float64Array;
}

const PAIRS_MIN = 3;

/** How far apart the two stamps of matched trades lie. */
export function latenciesOf({ first, apartNs }: Matched, offsetAt: (ns: number) => number): Latencies {
  const offsetOfMinute = new Map<number, number>();
  const [absolute, relative] = [new Float64Array(apartNs.length), new Float64Array(apartNs.length)];
  let pairs = 0;
  for (let start = 0, end = 0; start < first.ns.length; start = end) {
    const minute = Math.floor(first.ns[start]! / MINUTE_NS);
    const from = pairs;
    for (end = start; end < first.ns.length && Math.floor(first.ns[end]! / MINUTE_NS) === minute; end++) {
      if (Number.isNaN(apartNs[end]!)) continue;
      absolute[pairs] = apartNs[end]!;
      // A clock that is set or drifts within the minute is no latency.
      relative[pairs] = apartNs[end]! - offsetAt(first.ns[end]!);
      pairs++;
    }
    if (pairs - from >= PAIRS_MIN) offsetOfMinute.set(minute, median(absolute.subarray(from, pairs)));
    if (pairs > from) {
      const middle = median(relative.subarray(from, pairs));
      for (let i = from; i < pairs; i++) relative[i]! -= middle;
    }
  }
  return { offsetOfMinute, absolute: absolute.slice(0, pairs).sort(), relative: relative.slice(0, pairs).sort() };
}

export function percentilesMs(sorted: Float64Array) {
  if (sorted.length === 0) return null;
  const at = (share: number) => toMs(quantileOf(sorted, share));
  return { p5: at(0.05), p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

const BINS = 60;

export function histogramMs(sorted: Float64Array) {
  if (sorted.length === 0) return null;
  const [from, to] = [quantileOf(sorted, 0.005), quantileOf(sorted, 0.995)];
  const bin = Math.max((to - from) / BINS, 1000);
  const counts = new Array<number>(BINS).fill(0);
  for (const ns of sorted) if (ns >= from && ns <= to) counts[Math.min(BINS - 1, Math.floor((ns - from) / bin))]!++;
  return { fromMs: toMs(from), binMs: bin / 1e6, counts };
}

/** ns as ms, to the tenth of a microsecond. */
export function toMs(ns: number): number {
  return Number((ns / 1e6).toFixed(4));
}
