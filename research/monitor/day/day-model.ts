import type { HeadSamples } from '../../../shared/model/heads/head.js';
import { binProbabilities, calibrationError } from '../../gate/statistics/calibration.js';
import { chanceOfMore, rangeOfMore, seenOf } from '../../gate/statistics/one-more.js';
import { surprise } from '../../gate/statistics/surprise.js';
import { sumOf, total } from '../../gate/statistics/total.js';
import type { ModelCard } from '../../model-card/model-card.js';
import { type DriftState, P_LEAST, unusualBy, watchDrift } from '../drift/drift-watch.js';
import type { MonitorReport } from '../report.js';

type Model = MonitorReport['model'];
type Head = Model['heads'][number];

/** As much of a release's card as a day is held against. */
type ModelFacts = Pick<ModelCard, 'gate' | 'heads'>;

const ROWS_MIN = 30;
/** A gate that was this precise was lucky: a day is judged no more strictly. */
const DEVIATION_SHARE_LEAST = 0.005;

/** One head's forecasts of the day, by the very file that traded. */
export interface HeadDay {
  readonly samples: HeadSamples;
  /** Calibrated, row-major rows x classes. */
  readonly probabilities: Float32Array;
}

/** What the heads said of the day against what the gate promised, and the evidence of decay over days. */
export function dayModel(card: ModelFacts | null, days: readonly HeadDay[], before: DriftState): Omit<Model, 'kill'> {
  const heads = days.filter(({ samples }) => samples.rows >= ROWS_MIN).map((day) => headDay(card, day));
  const today = new Map(
    heads.flatMap(({ head, p }) => (p === null ? [] : [[`${head}: log loss`, unusualBy(p)] as const])),
  );
  const { state, changed } = watchDrift(before, today);
  return { heads, state, changed };
}

function headDay(card: ModelFacts | null, { samples, probabilities }: HeadDay): Head {
  const { head, label, rows, moveTicks } = samples;
  const { classes } = head;
  const at = (row: number, of: number) => probabilities[row * classes + of]!;
  const all = Array.from({ length: rows }, (_, row) => row);
  const logLoss = total(all, (row) => surprise(at(row, label[row]!))) / rows;
  const shares = classShares(card, samples);
  // On the same rows: a date with other shares of the classes is harder or easier for both.
  const classPriorLogLoss = total(all, (row) => surprise(shares[label[row]!]!)) / rows;
  const moved = all.filter((row) => moveTicks[row] !== 0);
  const hits = moved.filter((row) => at(row, classes - 1) > at(row, 0) === moveTicks[row]! > 0).length;
  const bins = Array.from({ length: classes }, (_, of) =>
    binProbabilities(
      all.map((row) => at(row, of)),
      all.map((row) => Number(label[row] === of)),
    ),
  );
  const evidence = card?.gate.evidence.heads.find((one) => one.head === head.name);
  const pooled = evidence?.pooled ?? null;
  const blocks = evidence?.folds.map((fold) => fold.candidate.logLoss - fold.classPriorLogLoss) ?? [];
  return {
    ...{ head: head.name, rows, logLoss, classPriorLogLoss },
    hitRate: moved.length > 0 ? hits / moved.length : null,
    calibrationError: sumOf(bins.map(calibrationError)) / classes,
    bins,
    promised: pooled && {
      logLoss: pooled.candidate.logLoss,
      skill: 1 - pooled.candidate.logLoss / pooled.classPriorLogLoss,
      hitRate: pooled.candidate.hitRate,
      calibrationError: pooled.candidate.calibrationError,
    },
    ...dateAgainst(blocks, logLoss - classPriorLogLoss),
  };
}

/** Of training; alike where the release does not say. */
function classShares(card: ModelFacts | null, { head }: HeadSamples): number[] {
  const counts = card?.heads.find(({ spec }) => spec.name === head.name)?.data.rowsPerClass ?? [];
  const rows = sumOf(counts);
  return Array.from({ length: head.classes }, (_, of) => (rows > 0 ? counts[of]! / rows : 1 / head.classes));
}

/** One more date against blocks of the gate: its range, and the chance that a usual one is so high. */
export function dateAgainst(blocks: readonly number[], now: number): { range: Head['range']; p: number | null } {
  if (blocks.length < 3) return { range: null, p: null };
  const least = DEVIATION_SHARE_LEAST * Math.abs(sumOf(blocks) / blocks.length);
  const seen = seenOf(blocks, least);
  return { range: rangeOfMore(seen, 0.95), p: Math.max(P_LEAST, chanceOfMore(seen, now)) };
}
