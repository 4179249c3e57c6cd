import type { Block } from './coarse-offset.js';
import { LandmarkIndex, type Landmarks } from './landmarks.js';
import { type Knot, OffsetCurve } from './offset-curve.js';
import { median, medianDistance } from './robust.js';

export const MINUTE_NS = 60e9;
/** How far from a coarse offset the twin of a landmark is looked for. */
const REACH_NS = 500e6;
/** Coarse offsets nearer to each other than this are the same. */
const SAME_NS = 250e6;
/** Fewer sure pairs say nothing of a minute. */
const PAIRS_MIN = 5;
/** A jump between minutes that no delay explains, at least; it must also stand out from how pairs scatter. */
const STEP_NS = 100e6;
const STEP_SCATTERS = 5;

/** A landmark of the first feed whose twin in the second cannot be mistaken. Columns; in order of time. */
interface Pairs {
  readonly ns: number[];
  readonly offsetNs: number[];
}

interface Minute {
  readonly offsetNs: number;
  readonly pairs: Pairs;
  /** What speaks for other offsets: a clock may have been set within the minute. */
  readonly others: readonly Pairs[];
}

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
  const minutes = new Map<number, Minute>();
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
): Map<number, Minute> {
  const minutes = new Map<number, Minute>();
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

function knotsOf(minutes: readonly Minute[]): Knot[] {
  const knots: Knot[] = [];
  for (const [i, minute] of minutes.entries()) {
    const before = minutes[i - 1];
    const step = before ? stepBetween(before, minute) : null;
    if (step) knots.push(...step);
    const ns = median(minute.pairs.ns);
    if (ns > (knots.at(-1)?.ns ?? Number.NEGATIVE_INFINITY))
      knots.push({ ns, offsetNs: minute.offsetNs, isStep: false });
  }
  return knots;
}

/** Two knots where a clock was set between the middles of two minutes: the last pair before it, the first after it. */
function stepBetween(before: Minute, after: Minute): readonly [Knot, Knot] | null {
  const [a, b] = [before.offsetNs, after.offsetNs];
  const scatter = Math.max(medianDistance(before.pairs.offsetNs, a), medianDistance(after.pairs.offsetNs, b));
  if (Math.abs(b - a) < Math.max(STEP_NS, STEP_SCATTERS * scatter)) return null;
  const pairs = [before, after]
    .flatMap((minute) => [minute.pairs, ...minute.others])
    .flatMap(({ ns, offsetNs }) =>
      ns.map((at, i) => ({ ns: at, toA: distance(offsetNs[i]!, a), toB: distance(offsetNs[i]!, b) })),
    )
    .filter(({ toA, toB }) => Math.min(toA, toB) < Math.abs(b - a) / 2)
    .map(({ ns, toA, toB }) => ({ ns, isAfter: toB < toA }))
    .sort((one, other) => one.ns - other.ns);
  const from = median(before.pairs.ns);
  const to = median(after.pairs.ns);
  // The cut that puts most pairs on their side.
  let right = pairs.filter(({ isAfter }) => isAfter).length;
  let [best, cut] = [right, 0];
  for (const [i, { isAfter }] of pairs.entries()) {
    right += isAfter ? -1 : 1;
    if (right > best) [best, cut] = [right, i + 1];
  }
  const left = pairs[cut - 1]?.ns ?? from;
  return [
    { ns: left, offsetNs: a, isStep: false },
    { ns: Math.max(left, pairs[cut]?.ns ?? to), offsetNs: b, isStep: true },
  ];
}

function distance(a: number, b: number): number {
  return Math.abs(a - b);
}
