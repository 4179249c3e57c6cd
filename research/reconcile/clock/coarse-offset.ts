import type { LandmarkIndex, Landmarks } from './landmarks.js';

/** Landmarks of the first feed that are looked at together: enough to be sure, and short enough for a clock that drifts. */
export interface Block {
  /** Rows of the landmarks: [from, to). */
  readonly from: number;
  readonly to: number;
  /** Second feed's clock less the first's, ns; null where nothing stands out. */
  readonly offsetNs: number | null;
}

const BLOCK_LANDMARKS = 400;
const BLOCK_NS = 60e9;
const BIN_NS = 20e6;
/** Bins that are taken together: what is delayed evenly makes a narrow peak, what is delayed unevenly a wide one. */
const WIDTHS = [1, 5, 25];
const CANDIDATES_MAX = 32;
const ANCHORS = 200;
/** Landmarks that all look alike are told apart by their rhythm alone: that takes many pairs. */
const RHYTHM_PAIRS_MAX = 1_000_000;
const RHYTHM_PAIRS_A_DAY = 30_000_000;
const RHYTHM_ANCHORS = 400;
/** A peak stands out by this many standard deviations of what chance piles up, and this share of the landmarks speaks for it. */
const PEAK_DEVIATIONS = 8;
const PEAK_SHARE = 0.1;
const RHYTHM_SHARE = 0.4;

/**
 * The offset of two clocks, block by block, searched over the whole range: every pair of landmarks that look the same votes
 * for the difference of its times, the rarer they are the more. Right pairs vote alike, wrong ones for anything.
 */
export function coarseOffsets(first: Landmarks, second: LandmarkIndex, rangeNs: number): Block[] {
  const histogram = new Float64Array(2 * Math.ceil(rangeNs / BIN_NS) + 1);
  const blocks: Block[] = [];
  let near = 0;
  let pairsLeft = RHYTHM_PAIRS_A_DAY;
  for (const [from, to] of spansOf(first)) {
    const anchors = rarest(first, second, from, to, rangeNs);
    let least = PEAK_SHARE * anchors.length;
    if (anchors.length >= MANY) vote(histogram, first, second, anchors, rangeNs);
    else {
      const pairsMax = Math.min(pairsLeft, RHYTHM_PAIRS_MAX);
      const voted = voteByRhythm(histogram, first, second, from, to, rangeNs, pairsMax);
      pairsLeft -= voted.pairs;
      least = RHYTHM_SHARE * voted.anchors;
    }
    const offsetNs = peakOf(histogram, rangeNs, near, least);
    if (offsetNs !== null) near = offsetNs;
    blocks.push({ from, to, offsetNs });
  }
  return blocks;
}

const MANY = 20;

function* spansOf({ length, ns }: Landmarks): Generator<readonly [number, number]> {
  for (let from = 0; from < length; ) {
    let to = from;
    while (to < length && (to - from < BLOCK_LANDMARKS || ns[to]! - ns[from]! < BLOCK_NS)) to++;
    // What is too little for a block of its own stays with the one before it.
    if (length - to < BLOCK_LANDMARKS / 2) to = length;
    yield [from, to];
    from = to;
  }
}

interface Anchor {
  readonly row: number;
  readonly candidates: number;
}

function rarest(first: Landmarks, second: LandmarkIndex, from: number, to: number, rangeNs: number): Anchor[] {
  const anchors: Anchor[] = [];
  for (let row = from; row < to; row++) {
    const ns = first.ns[row]!;
    const candidates = second.countBetween(first.key[row]!, ns - rangeNs, ns + rangeNs, CANDIDATES_MAX + 1);
    if (candidates > 0 && candidates <= CANDIDATES_MAX) anchors.push({ row, candidates });
  }
  return anchors.sort((a, b) => a.candidates - b.candidates || a.row - b.row).slice(0, ANCHORS);
}

function vote(
  histogram: Float64Array,
  first: Landmarks,
  second: LandmarkIndex,
  anchors: readonly Anchor[],
  rangeNs: number,
): void {
  histogram.fill(0);
  for (const { row, candidates } of anchors) {
    const ns = first.ns[row]!;
    for (const other of second.between(first.key[row]!, ns - rangeNs, ns + rangeNs))
      histogram[Math.round((other - ns + rangeNs) / BIN_NS)]! += 1 / candidates;
  }
}

function voteByRhythm(
  histogram: Float64Array,
  first: Landmarks,
  second: LandmarkIndex,
  from: number,
  to: number,
  rangeNs: number,
  pairsMax: number,
): { readonly pairs: number; readonly anchors: number } {
  histogram.fill(0);
  const step = Math.max(1, Math.floor((to - from) / RHYTHM_ANCHORS));
  let [pairs, anchors] = [0, 0];
  for (let row = from; row < to && pairs < pairsMax; row += step) {
    const ns = first.ns[row]!;
    anchors++;
    for (const other of second.between(first.key[row]!, ns - rangeNs, ns + rangeNs)) {
      histogram[Math.round((other - ns + rangeNs) / BIN_NS)]!++;
      pairs++;
    }
  }
  return { pairs, anchors };
}

/** Where the votes pile up, ns; of peaks that are as good, the one nearest to `near`. */
function peakOf(histogram: Float64Array, rangeNs: number, near: number, least: number): number | null {
  const bins = histogram.length;
  const sums = new Float64Array(bins + 1);
  for (let bin = 0; bin < bins; bin++) sums[bin + 1] = sums[bin]! + histogram[bin]!;
  const total = sums[bins]!;
  let best: { offsetNs: number; deviations: number } | null = null;
  for (const width of WIDTHS)
    for (let from = 0; from + width <= bins; from++) {
      const votes = sums[from + width]! - sums[from]!;
      if (votes < least) continue;
      // A price stays for a while: what looks alike by chance piles up too, but never as narrowly.
      const [left, right] = [Math.max(0, from - AROUND), Math.min(bins, from + width + AROUND)];
      const around = (sums[right]! - sums[left]! - votes) / (right - left - width);
      const mean = width * Math.max(around, total / bins);
      const deviations = (votes - mean) / Math.sqrt(mean + 1);
      const offsetNs = (from + (width - 1) / 2) * BIN_NS - rangeNs;
      if (deviations >= PEAK_DEVIATIONS && (best === null || isBetter(offsetNs, deviations, best, near)))
        best = { offsetNs, deviations };
    }
  return best === null ? null : best.offsetNs;
}

/** Bins to both sides of a peak that it must stand out from. */
const AROUND = 100;
const AS_GOOD = 0.02;

function isBetter(
  offsetNs: number,
  deviations: number,
  best: { offsetNs: number; deviations: number },
  near: number,
): boolean {
  if (deviations > best.deviations * (1 + AS_GOOD)) return true;
  if (deviations < best.deviations * (1 - AS_GOOD)) return false;
  return Math.abs(offsetNs - near) < Math.abs(best.offsetNs - near);
}
