import type { Block } from './coarse-offset.js';
import { knotsOf, type MinuteOffset, type Pairs } from './knots.js';
import { LandmarkIndex, type Landmarks } from './landmarks.js';
import { OffsetCurve } from './offset-curve.js';
import { median, medianDistance } from './robust.js';

export const MINUTE_NS = 60e9;
/** How far from a coarse offset the twin of a landmark is looked for. */
const REACH_NS = 500e6;
/** Coarse offsets nearer to each other than this are the same. */
const SAME_NS = 250e6;
/** Fewer sure pairs say nothing of a minute. */
const PAIRS_MIN = 5;
/** How the clocks stand, minute by minute, from pairs that cannot be mistaken. */
export interface Clocks {
  readonly curve: OffsetCurve;
  /** How far single pairs lie from the curve: median distance, ns. */
  readonly scatterNs: number;
  /** Pairs it rests on; 0 where nothing was recognised and equal clocks are assumed. */
  readonly pairs: number;
  readonly isKnown: boolean;
}

export function clocksOf(first: Landmarks, second: LandmarkIndex, blocks: readonly Block[]): Clocks {
  const own = new LandmarkIndex(first);
  const coarse = filled(blocks);
  const minutes = new Map<number, MinuteOffset>();
  for (const [b, { from, to }] of blocks.entries())
    for (const [minute, found] of minutesOf(first, own, second, from, to, near(coarse, b))) {
      const before = minutes.get(minute);
      if (!before || before.pairs.ns.length < found.pairs.ns.length) minutes.set(minute, found);
    }
  const isKnown = blocks.some(({ offsetNs }) => offsetNs !== null);
  const sorted = [...minutes].sort(([a], [b]) => a - b).map(([, found]) => found);
  const curve = new OffsetCurve(
    sorted.length > 0 ? knotsOf(sorted) : [{ ns: 0, offsetNs: coarse[0] ?? 0, isStep: false }],
  );
  const distances = sorted.flatMap(({ pairs }) =>
    pairs.offsetNs.map((offsetNs, i) => Math.abs(offsetNs - curve.offsetAt(pairs.ns[i]!))),
  );
  const scatterNs = distances.length > 0 ? median(distances) : REACH_NS / 10;
  return { curve, scatterNs, pairs: distances.length, isKnown };
}

/** Blocks where nothing stood out go with the one before, or after; equal clocks where none has anything. */
function filled(blocks: readonly Block[]): number[] {
  let last = blocks.find(({ offsetNs }) => offsetNs !== null)?.offsetNs ?? 0;
  return blocks.map(({ offsetNs }) => (last = offsetNs ?? last));
}

/** What a clock may show in a block: as in it, before it or after it. */
function near(coarse: readonly number[], block: number): number[] {
  const all = [coarse[block]!, coarse[block - 1] ?? coarse[block]!, coarse[block + 1] ?? coarse[block]!];
  return all.filter((one, i) => all.findIndex((other) => Math.abs(other - one) < SAME_NS) === i);
}

/** For each minute of a block the offset that most pairs speak for. */
function minutesOf(
  first: Landmarks,
  own: LandmarkIndex,
  second: LandmarkIndex,
  from: number,
  to: number,
  coarse: readonly number[],
): Map<number, MinuteOffset> {
  const minutes = new Map<number, MinuteOffset>();
  for (const around of coarse)
    for (const [minute, pairs] of surePairs(first, own, second, from, to, around)) {
      const before = minutes.get(minute);
      if (before && before.pairs.ns.length >= pairs.ns.length)
        minutes.set(minute, { ...before, others: [...before.others, pairs] });
      else if (pairs.ns.length >= PAIRS_MIN) {
        const others = before ? [...before.others, before.pairs] : [];
        minutes.set(minute, { offsetNs: centre(pairs.offsetNs), pairs, others });
      }
    }
  return minutes;
}

/** Landmarks that have exactly one twin in reach, and are the only ones of their looks themselves. By minute. */
function surePairs(
  first: Landmarks,
  own: LandmarkIndex,
  second: LandmarkIndex,
  from: number,
  to: number,
  around: number,
): Map<number, Pairs> {
  const minutes = new Map<number, Pairs>();
  for (let row = from; row < to; row++) {
    const [key, ns] = [first.key[row]!, first.ns[row]!];
    if (own.countBetween(key, ns - REACH_NS, ns + REACH_NS, 2) !== 1) continue;
    const [least, most] = [ns + around - REACH_NS, ns + around + REACH_NS];
    if (second.countBetween(key, least, most, 2) !== 1) continue;
    const [twin] = second.between(key, least, most);
    const minute = Math.floor(ns / MINUTE_NS);
    let pairs = minutes.get(minute);
    if (!pairs) {
      pairs = { ns: [], offsetNs: [] };
      minutes.set(minute, pairs);
    }
    pairs.ns.push(ns);
    pairs.offsetNs.push(twin! - ns);
  }
  return minutes;
}

/** The median, then that of what lies around it: wrong pairs lie anywhere in reach and would pull. */
function centre(offsets: readonly number[]): number {
  const all = median(offsets);
  const reach = Math.max(5 * medianDistance(offsets, all), 1e6);
  return median(offsets.filter((offset) => Math.abs(offset - all) <= reach));
}
