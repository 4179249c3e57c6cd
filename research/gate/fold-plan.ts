import type { GateThresholds } from '../../shared/config/gate-thresholds.js';
import { Failure } from '../../shared/failure.js';
import type { HeadSamples } from '../../shared/model/heads/head.js';
import { headDefinition } from '../../shared/model/heads/head-specs.js';
import { driftOf } from './drift.js';
import type { FoldPlan, PlannedFold } from './fold-contract.js';
import { rowsBefore } from './kept-dates.js';
import { longestHole } from './longest-hole.js';
import { type Block, purgedPositions, type Split } from './splits.js';
import { orderByTime, type TimeOrder } from './time-order.js';
import { dateText } from './wording.js';

/**
 * Cuts a head's samples into walk-forward folds of whole trade dates: the first `initialTrainShare` of the dates only
 * trains, the others are shared out evenly over `foldsMin` test blocks, and everything before a block trains for it, purged.
 * Whole dates keep a day's correlated samples on one side, and give the intervals over trade dates their dates.
 * From `keptFrom` on, as yyyymmdd, rows neither train nor make a fold: they are what the files are scored on.
 * Too little data is no error: the plan then has no folds, and `shortfall` says what is missing.
 * @throws Failure of type `UnorderedSamples` when rows are not in order of start time
 */
export function planFolds(
  all: HeadSamples,
  thresholds: GateThresholds,
  keptFrom: number | undefined = undefined,
): FoldPlan {
  const samples = rowsBefore(all, keptFrom);
  const days = tradeDateBlocks(samples);
  const facts = {
    head: samples.head.name,
    rows: samples.rows,
    tradeDates: days.length,
    minutes: minutesCovered(samples, days),
    files: filesFold(all, samples.rows, thresholds),
    earlyLabels: earlyLabels(all),
    drift: driftOf(all, keptFrom),
    hole: longestHole(tradeDateBlocks(all).map(({ first }) => all.tradeDate[first]!)),
  };
  if (days.length < Math.max(thresholds.tradeDatesMin, thresholds.foldsMin + 1))
    return { ...facts, files: null, folds: [], shortfall: shortOfDates(facts, thresholds) };
  const order = orderByTime(samples);
  const folds = testBlocks(days, thresholds).map((block, fold) => planned(samples, order, block, fold, thresholds));
  const shortfall = folds
    .map((fold) => problemOf(samples, order, fold, thresholds))
    .find((problem) => problem !== null);
  return shortfall === undefined
    ? { ...facts, folds, shortfall: null }
    : { ...facts, files: null, folds: [], shortfall };
}

/** The rows that no head was trained on, as one block more; its number follows those of the folds. */
function filesFold(all: HeadSamples, first: number, { foldsMin }: GateThresholds): PlannedFold | null {
  if (first === all.rows) return null;
  return {
    fold: foldsMin,
    ...{ testRowFirst: first, testRowEnd: all.rows, trainRows: first, purgedRows: 0 },
    testTradeDateFirst: all.tradeDate[first]!,
    testTradeDateLast: all.tradeDate[all.rows - 1]!,
  };
}

function earlyLabels({ head, rows, startMs, endMs }: HeadSamples): number {
  let early = 0;
  for (let row = 0; row < rows; row++) if (endMs[row]! - startMs[row]! < head.horizonMs) early++;
  return early;
}

/** The rows of one planned fold: the plan stays small, because the rows follow from it and the samples. */
export function foldRows(samples: HeadSamples, fold: PlannedFold, thresholds: GateThresholds): Split {
  return rowsOf(orderByTime(samples), fold, thresholds);
}

function rowsOf(order: TimeOrder, fold: PlannedFold, { embargoMs }: GateThresholds): Split {
  const block = { first: fold.testRowFirst, end: fold.testRowEnd };
  return {
    train: purgedPositions(order, [block], { ms: embargoMs }, block.first),
    test: Int32Array.from({ length: block.end - block.first }, (_, i) => block.first + i),
  };
}

/** Rows of each trade date. */
function tradeDateBlocks({ head, rows, startMs, tradeDate }: HeadSamples): Block[] {
  const blocks: { first: number; end: number }[] = [];
  for (let row = 0; row < rows; row++) {
    if (row > 0 && (startMs[row]! < startMs[row - 1]! || tradeDate[row]! < tradeDate[row - 1]!))
      throw new Failure(
        'UnorderedSamples',
        `${head.name}: row ${row} starts before row ${row - 1}, but samples come in order of time.`,
        'Build the samples again; this is a defect of the step that makes them.',
      );
    if (row === 0 || tradeDate[row] !== tradeDate[row - 1]) blocks.push({ first: row, end: row + 1 });
    else blocks.at(-1)!.end = row + 1;
  }
  return blocks;
}

function testBlocks(days: readonly Block[], { foldsMin, initialTrainShare }: GateThresholds): Block[] {
  const trainOnly = Math.min(days.length - foldsMin, Math.max(1, Math.round(days.length * initialTrainShare)));
  const tested = days.slice(trainOnly);
  return Array.from({ length: foldsMin }, (_, fold) => ({
    first: tested[Math.floor((fold * tested.length) / foldsMin)]!.first,
    end: tested[Math.floor(((fold + 1) * tested.length) / foldsMin) - 1]!.end,
  }));
}

function planned(
  samples: HeadSamples,
  order: TimeOrder,
  { first, end }: Block,
  fold: number,
  { embargoMs }: GateThresholds,
): PlannedFold {
  const trainRows = purgedPositions(order, [{ first, end }], { ms: embargoMs }, first).length;
  return {
    fold,
    testRowFirst: first,
    testRowEnd: end,
    trainRows,
    purgedRows: first - trainRows,
    testTradeDateFirst: samples.tradeDate[first]!,
    testTradeDateLast: samples.tradeDate[end - 1]!,
  };
}

/** Why a fold cannot be scored, or null. */
function problemOf(
  samples: HeadSamples,
  order: TimeOrder,
  fold: PlannedFold,
  thresholds: GateThresholds,
): string | null {
  const { head, label } = samples;
  const where = `fold ${fold.fold + 1} of ${head.name} (${dateText(fold.testTradeDateFirst)} to ${dateText(fold.testTradeDateLast)})`;
  const testRows = fold.testRowEnd - fold.testRowFirst;
  const { testRowsMin } = thresholds;
  if (testRows < testRowsMin)
    return `Only ${testRows} labelled rows to test in ${where}: the gate needs at least ${testRowsMin}.`;
  if (fold.trainRows < 2 * testRowsMin)
    return `Only ${fold.trainRows} labelled rows to train ${where} after purging: the gate needs at least ${2 * testRowsMin}.`;
  const classes = new Set<number>();
  for (const row of rowsOf(order, fold, thresholds).train) classes.add(label[row]!);
  if (classes.size < head.classes)
    return `Only ${classes.size} of the ${head.classes} classes occur in what trains ${where}: the gate needs all of them.`;
  return null;
}

function shortOfDates(
  { head, rows, tradeDates, minutes }: Pick<FoldPlan, 'head' | 'rows' | 'tradeDates' | 'minutes'>,
  { foldsMin, tradeDatesMin }: GateThresholds,
): string {
  const dates = `${tradeDates} trade date${tradeDates === 1 ? '' : 's'}`;
  const needs = `the gate needs at least ${foldsMin} folds on at least ${Math.max(tradeDatesMin, foldsMin + 1)} trade dates for ${head}.`;
  const rowsAre = headDefinition(head)?.rowsAre ?? 'labelled data';
  if (rows === 0) return `No ${rowsAre} at all: ${needs}`;
  const amount = minutes < 120 ? `${Math.round(minutes)} minutes` : `${Math.round(minutes / 60)} hours`;
  return `Only ${amount} of ${rowsAre} on ${dates}: ${needs}`;
}

function minutesCovered({ startMs, endMs }: HeadSamples, days: readonly Block[]): number {
  let totalMs = 0;
  for (const { first, end } of days) {
    let lastMs = 0;
    for (let row = first; row < end; row++) lastMs = Math.max(lastMs, endMs[row]!);
    totalMs += lastMs - startMs[first]!;
  }
  return totalMs / 60_000;
}
