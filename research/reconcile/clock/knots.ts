import type { Knot } from './offset-curve.js';
import { median, medianDistance } from './robust.js';

/** Landmarks of the first feed whose twin in the second cannot be mistaken. Columns; in order of time. */
export interface Pairs {
  readonly ns: number[];
  readonly offsetNs: number[];
}

/** What most pairs of a minute say of the clocks. */
export interface MinuteOffset {
  readonly offsetNs: number;
  readonly pairs: Pairs;
  /** What speaks for other offsets: a clock may have been set within the minute. */
  readonly others: readonly Pairs[];
}

/** A jump between minutes that no delay explains, at least; it must also stand out from how pairs usually scatter. */
const STEP_NS = 100e6;
const STEP_SCATTERS = 5;
/** A minute whose pairs scatter so many times more than usual, between minutes that differ, holds both of their offsets. */
const MIXED_SCATTERS = 3;

/** A curve through the minutes, in order; where the offset jumps, a knot at either side of the jump. */
export function knotsOf(all: readonly MinuteOffset[]): Knot[] {
  const scatters = all.map(({ pairs, offsetNs }) => medianDistance(pairs.offsetNs, offsetNs));
  const usual = median(scatters);
  const stepNs = Math.max(STEP_NS, STEP_SCATTERS * usual);
  const minutes = withoutMixed(all, scatters, usual, stepNs);
  const knots: Knot[] = [];
  const add = (knot: Knot) => {
    if (knot.ns > (knots.at(-1)?.ns ?? Number.NEGATIVE_INFINITY)) knots.push(knot);
  };
  for (const [i, minute] of minutes.entries()) {
    const before = minutes[i - 1];
    if (before && Math.abs(minute.offsetNs - before.offsetNs) >= stepNs) {
      const [lastNs, firstNs] = stepBetween(before, minute);
      add({ ns: lastNs, offsetNs: before.offsetNs, isStep: false });
      add({ ns: Math.max(firstNs, (knots.at(-1)?.ns ?? firstNs) + 1), offsetNs: minute.offsetNs, isStep: true });
    }
    add({ ns: median(minute.pairs.ns), offsetNs: minute.offsetNs, isStep: false });
  }
  return knots;
}

/** A minute in which a clock was set has the offset of neither half: what it has is for whoever looks for the step. */
function withoutMixed(
  all: readonly MinuteOffset[],
  scatters: readonly number[],
  usual: number,
  stepNs: number,
): MinuteOffset[] {
  const minutes: MinuteOffset[] = [];
  for (const [i, minute] of all.entries()) {
    const [before, after] = [minutes.at(-1), all[i + 1]];
    const isBetween = before && after && Math.abs(after.offsetNs - before.offsetNs) >= stepNs;
    if (isBetween && scatters[i]! > MIXED_SCATTERS * usual)
      minutes[minutes.length - 1] = { ...before, others: [...before.others, minute.pairs, ...minute.others] };
    else minutes.push(minute);
  }
  return minutes;
}

/** Between which two pairs a clock was set: at the cut that puts most pairs on their side. */
function stepBetween(before: MinuteOffset, after: MinuteOffset): readonly [number, number] {
  const [a, b] = [before.offsetNs, after.offsetNs];
  const pairs = [before, after]
    .flatMap((minute) => [minute.pairs, ...minute.others])
    .flatMap(({ ns, offsetNs }) =>
      ns.map((at, i) => ({ ns: at, toA: Math.abs(offsetNs[i]! - a), toB: Math.abs(offsetNs[i]! - b) })),
    )
    .filter(({ toA, toB }) => Math.min(toA, toB) < Math.abs(b - a) / 2)
    .map(({ ns, toA, toB }) => ({ ns, isAfter: toB < toA }))
    .sort((one, other) => one.ns - other.ns);
  let right = pairs.filter(({ isAfter }) => isAfter).length;
  let [best, cut] = [right, 0];
  for (const [i, { isAfter }] of pairs.entries()) {
    right += isAfter ? -1 : 1;
    if (right > best) [best, cut] = [right, i + 1];
  }
  return [pairs[cut - 1]?.ns ?? median(before.pairs.ns), pairs[cut]?.ns ?? median(after.pairs.ns)];
}
