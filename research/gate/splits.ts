import { combinationCount, combinations } from './statistics/combinations.js';
import { type LabelSpans, orderByTime, type TimeOrder } from './time-order.js';

/** Row numbers of the caller's samples, each list in order of start time. */
export interface Split {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** A contiguous run of positions in time order; `end` is exclusive. */
export interface Block {
  readonly first: number;
  readonly end: number;
}

/** Training samples that start this long after a test block's last label are dropped: a time, or a number of samples. */
export type Embargo = { readonly ms: number } | { readonly samples: number };

export interface WalkForward {
  /** Absent: as many as fit behind `trainSize` and `gap`, which then begin with the first sample. */
  readonly folds?: number | undefined;
  readonly embargo: Embargo;
  /** Samples of each test block; all samples in equal blocks, of which the first only trains, when absent. */
  readonly testSize?: number | undefined;
  /** Exactly so many samples lie before each test block and its gap, of which some are then purged. */
  readonly trainSize?: number | undefined;
  /** Samples that are left out between training and test block. */
  readonly gap?: number | undefined;
  /** Of the samples that are not purged keep only the newest (a rolling window); all of them when absent. */
  readonly trainSamplesMax?: number | undefined;
}

export interface Combinatorial {
  readonly groups: number;
  /** How many of the groups are tested together: 1 is purged k-fold. */
  readonly testGroups: number;
  readonly embargo: Embargo;
  /**
   * Where samples do not divide evenly: the first groups take one more each, as in numpy's array_split and scikit-learn, or the
   * last group takes them all, as in skfolio.
   */
  readonly remainder?: 'first' | 'last' | undefined;
}

/**
 * Purged walk-forward: the newest samples are cut in time order into test blocks of equal size, and each is tested by what lies
 * before it. Without sizes all samples are `folds` + 1 equal blocks, of which the first only trains (it takes the remainder, as
 * scikit-learn's TimeSeriesSplit does). With `testSize` and without `folds` the first window begins with the first sample, and what
 * is left at the end is not tested (skfolio's WalkForward).
 * @throws RangeError when there are fewer samples than that takes
 */
export function* walkForwardSplits(spans: LabelSpans, options: WalkForward): Generator<Split> {
  const { embargo, gap = 0, trainSize, trainSamplesMax } = options;
  const order = orderByTime(spans);
  for (const { first, end } of testBlocks(order.row.length, options)) {
    const before = first - gap;
    const kept = purgedPositions(order, [{ first, end }], embargo, before);
    const oldest = trainSize === undefined ? 0 : kept.findIndex((position) => position >= before - trainSize);
    const window = oldest < 0 ? kept.subarray(kept.length) : kept.subarray(oldest);
    const train =
      trainSamplesMax === undefined ? window : window.subarray(Math.max(0, window.length - trainSamplesMax));
    yield { train: rowsAt(order, train), test: order.row.slice(first, end) };
  }
}

function testBlocks(total: number, { folds, testSize, trainSize, gap = 0 }: WalkForward): Block[] {
  // What lies before the first test block: the window that is asked for, else a sample at least.
  const before = (trainSize ?? 1) + gap;
  const size = testSize ?? Math.floor(total / ((folds ?? 1) + 1));
  const count = folds ?? Math.floor((total - before) / size);
  const origin = folds === undefined ? before : total - count * size;
  if (size < 1 || count < 1 || origin < before || (testSize === undefined && total < count + 1))
    throw new RangeError(
      `${total} samples cannot make ${folds ?? 'any'} walk-forward folds${sizesText({ testSize, trainSize, gap })}`,
    );
  return Array.from({ length: count }, (_, fold) => ({
    first: origin + fold * size,
    end: origin + (fold + 1) * size,
  }));
}

function sizesText({ testSize, trainSize, gap }: Pick<WalkForward, 'testSize' | 'trainSize' | 'gap'>): string {
  const parts = [
    ...(testSize === undefined ? [] : [`${testSize} to test`]),
    ...(trainSize === undefined ? [] : [`${trainSize} to train`]),
    ...(gap ? [`${gap} between`] : []),
  ];
  return parts.length > 0 ? ` with ${parts.join(', ')}` : '';
}

/**
 * Combinatorial purged cross-validation (AFML 12.3): contiguous groups in time order, every choice of `testGroups` of them
 * tested once in lexicographic order. Purge and embargo follow every test group on its own: what lies between two of them still trains.
 * @throws RangeError when there are fewer samples than groups, or nothing is left to train on
 */
export function* combinatorialSplits(
  spans: LabelSpans,
  { groups, testGroups, embargo, remainder = 'first' }: Combinatorial,
): Generator<Split> {
  const order = orderByTime(spans);
  const total = order.row.length;
  if (total < groups) throw new RangeError(`${total} samples cannot make ${groups} groups`);
  if (testGroups < 1 || testGroups >= groups)
    throw new RangeError(`testGroups must lie between 1 and ${groups - 1}, got ${testGroups}`);
  const blocks = equalBlocks(total, groups, remainder);
  for (const chosen of combinations(groups, testGroups)) {
    const tested = chosen.map((group) => blocks[group]!);
    const test = concatenate(tested.map(({ first, end }) => order.row.subarray(first, end)));
    yield { train: rowsAt(order, purgedPositions(order, tested, embargo, total)), test };
  }
}

/** How many folds `combinatorialSplits` gives. */
export function combinatorialFolds({ groups, testGroups }: Pick<Combinatorial, 'groups' | 'testGroups'>): number {
  return combinationCount(groups, testGroups);
}

/**
 * The positions below `before` that may train when `blocks` are tested. A block's span is the closed time interval from its
 * earliest start to its LATEST end (not the end of its last sample, which may be earlier). A sample is dropped exactly when
 * its own closed interval meets a span (AFML 7.1), or it starts after a span's end by at most the embargo.
 */
export function purgedPositions(
  order: TimeOrder,
  blocks: readonly Block[],
  embargo: Embargo,
  before: number,
): Int32Array {
  const reaches = blocks.map((block) => reachOf(order, block, embargo));
  const kept = new Int32Array(before);
  let count = 0;
  for (let position = 0; position < before; position++) {
    const endMs = order.endMs[position]!;
    let dropped = false;
    for (const { first, end, spanStartMs, droppedBefore } of reaches) {
      const tested = position >= first && position < end;
      // Starting before the span's (embargoed) end and ending at or after its start is overlapping it.
      dropped ||= tested || (position < droppedBefore && endMs >= spanStartMs);
    }
    if (!dropped) kept[count++] = position;
  }
  return kept.slice(0, count);
}

interface Reach extends Block {
  readonly spanStartMs: number;
  /** First position that starts after the span's end and its embargo. */
  readonly droppedBefore: number;
}

function reachOf(order: TimeOrder, block: Block, embargo: Embargo): Reach {
  let spanEndMs = Number.NEGATIVE_INFINITY;
  for (let position = block.first; position < block.end; position++)
    spanEndMs = Math.max(spanEndMs, order.endMs[position]!);
  const droppedBefore =
    'ms' in embargo
      ? firstAfter(order.startMs, spanEndMs + embargo.ms)
      : Math.min(order.row.length, firstAfter(order.startMs, spanEndMs) + embargo.samples);
  return { ...block, spanStartMs: order.startMs[block.first]!, droppedBefore };
}

/** First position whose start is above `timeMs`, by bisection. */
function firstAfter(startMs: Float64Array, timeMs: number): number {
  let low = 0;
  let high = startMs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (startMs[middle]! <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function equalBlocks(total: number, count: number, remainder: 'first' | 'last'): Block[] {
  const size = Math.floor(total / count);
  const over = total % count;
  return Array.from({ length: count }, (_, index) => {
    if (remainder === 'last') return { first: index * size, end: index === count - 1 ? total : (index + 1) * size };
    const first = index * size + Math.min(index, over);
    return { first, end: first + size + (index < over ? 1 : 0) };
  });
}

function rowsAt(order: TimeOrder, positions: Int32Array): Int32Array {
  return positions.map((position) => order.row[position]!);
}

function concatenate(parts: readonly Int32Array[]): Int32Array {
  const whole = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
