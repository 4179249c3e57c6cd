import { z } from 'zod';
import { type FoldPlan, type FoldScore, foldPlan, type PlannedFold } from '../../research/gate/index.js';
import { policyDates } from '../../research/gate/kept-dates.js';
import type { ShipFolder } from '../../research/ship/ship-folder.js';
import { Failure } from '../../shared/failure.js';
import { type HeadName, type HeadSamples, headName } from '../../shared/model/heads/head.js';
import { asked } from '../../shared/orchestration/asked.js';
import { type Reference, sha256Hex } from '../../shared/reference.js';
import type { FoldSummary } from './contract.js';

/** Far above any plan. */
const FOLDS_BYTES_MAX = 2 ** 26;
const FOLDS = 'folds.json';

/** What the gate scores, and on which dates it trades: yyyymmdd. */
export const gatePlan = z.strictObject({
  plans: z.array(foldPlan),
  days: z.array(z.number().int()),
  /** Of each head, the file of samples that the plan was made of. */
  samples: z.record(headName, sha256Hex),
  /** First date that no head was trained on; null where none is kept. */
  keptFrom: z.number().int().nullable(),
});
export type StoredGatePlan = Readonly<z.infer<typeof gatePlan>>;

export function writeFolds(folder: ShipFolder, plan: StoredGatePlan): void {
  folder.writeJson(FOLDS, gatePlan.parse(plan));
}

export function readFolds(folder: ShipFolder): StoredGatePlan {
  return asked(gatePlan, JSON.parse(folder.readOwn(FOLDS, FOLDS_BYTES_MAX).toString('utf8')));
}

/** Dates for which every head has a model that was not trained on them. None where a head lacks folds. */
export function tradedDates(
  samples: readonly HeadSamples[],
  plans: readonly FoldPlan[],
  keptFrom: number | undefined,
  instrument: string,
): number[] {
  if (plans.some(({ folds }) => folds.length === 0)) return [];
  return policyDates(samples, instrument).filter(
    (date) =>
      (keptFrom !== undefined && date >= keptFrom) ||
      plans.every(({ folds }) =>
        folds.some((fold) => fold.testTradeDateFirst <= date && date <= fold.testTradeDateLast),
      ),
  );
}

export function releaseName(version: number | null): string | null {
  return version === null ? null : `believe-v${version}`;
}

/** The first moment of the kept dates, of any head. */
export function keptFromMs(samples: readonly HeadSamples[], keptFrom: number): number {
  return Math.min(
    ...samples.map(({ tradeDate, startMs }) => {
      const first = tradeDate.findIndex((date) => date >= keptFrom);
      return first < 0 ? Number.POSITIVE_INFINITY : startMs[first]!;
    }),
  );
}

/** Which score is meant: candidate against prior, of one head on one fold. */
export const scoreKey = z.object({
  head: headName,
  fold: z.number().int().min(0).max(10_000),
  priorVersion: z.number().int().positive().nullable(),
});
export type ScoreKey = z.infer<typeof scoreKey>;

/** The refits, then the files. */
export function blocksOf({ folds, files }: FoldPlan): readonly PlannedFold[] {
  return files ? [...folds, files] : folds;
}

/** @throws Failure 'WrongAsk' */
export function blockOf(plans: readonly FoldPlan[], { head, fold }: ScoreKey) {
  const plan = plans.find((one) => one.head === head);
  const planned = plan && blocksOf(plan).find((one) => one.fold === fold);
  if (planned) return { planned, isFiles: planned === plan.files };
  throw new Failure('WrongAsk', `the gate's plan of this ship has no fold ${fold} of ${head}`, 'start a new ship');
}

/** Named after the release that it was scored against: a score against another one is not found. */
export function scoreFile({ head, fold, priorVersion }: ScoreKey): string {
  return `folds/${head}-${fold}-against-${priorVersion ?? 'none'}.bin`;
}

export function foldSummary({ head, fold }: ScoreKey, scored: FoldScore, score: Reference): FoldSummary {
  const { candidate, prior, testRows } = scored;
  return {
    ...{ head, fold, testRows, score },
    candidateLogLoss: candidate.logLossSum / testRows,
    priorLogLoss: prior ? prior.logLossSum / testRows : null,
  };
}

export function modelsFile(head: HeadName, fold: number, priorVersion: number | null): string {
  return `folds/${head}-${fold}-against-${priorVersion ?? 'none'}.models.json`;
}
