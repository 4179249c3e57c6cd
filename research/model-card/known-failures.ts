import type { GateEvidence, HeadEvidence } from '../gate/report.js';
import { dateText, nats, ticks } from '../gate/wording.js';
import type { TrainedHeadRecord } from '../training/trained-head.js';

/** Below this agreement of two fits' importance the features that a head relies on are not settled. */
const IMPORTANCE_OVERLAP_MIN = 0.7;

/** Tenths at each end of the expected move, where trades come from; in the middle the sign is chance. */
const OUTER_TENTHS = 3;

/** Where this very candidate was seen to fail or to be unstable, one sentence each. */
export function knownFailures(
  heads: readonly TrainedHeadRecord[],
  { heads: evidence, portfolio }: GateEvidence,
): string[] {
  return [
    ...heads.flatMap(ofTraining),
    ...evidence.flatMap((head) => [...foldsWithoutSkill(head), ...wrongDeciles(head)]),
    ...losingSessions(portfolio),
  ];
}

function ofTraining({ spec, holdout, importanceOverlap }: TrainedHeadRecord): string[] {
  const found: string[] = [];
  if (!holdout) found.push(`${spec.name}: too few rows to hold any out; its weight is the least there is.`);
  else if (holdout.logLoss >= holdout.classPriorLogLoss)
    found.push(
      `${spec.name}: no better than the class shares on the held-out rows (${nats(holdout.logLoss)} against ${nats(holdout.classPriorLogLoss)}); its weight is the least there is.`,
    );
  if (importanceOverlap !== null && importanceOverlap < IMPORTANCE_OVERLAP_MIN)
    found.push(
      `${spec.name}: two fits agree on only ${Math.round(100 * importanceOverlap)} % of the feature importance.`,
    );
  return found;
}

function foldsWithoutSkill({ head, folds }: HeadEvidence): string[] {
  return folds.flatMap(({ testTradeDateFirst: first, testTradeDateLast: last, candidate, classPriorLogLoss }) =>
    candidate.logLoss < classPriorLogLoss
      ? []
      : [
          `${head}: no better than the class shares on ${spanText(first, last)} (${nats(candidate.logLoss)} against ${nats(classPriorLogLoss)}).`,
        ],
  );
}

function wrongDeciles({ head, deciles }: HeadEvidence): string[] {
  const wrong = deciles.flatMap(({ expectedTicks, moveTicks }, index) => {
    const isOuter = index < OUTER_TENTHS || index >= deciles.length - OUTER_TENTHS;
    return isOuter && expectedTicks !== null && moveTicks !== null && expectedTicks * moveTicks < 0 ? [index + 1] : [];
  });
  if (wrong.length === 0) return [];
  return [
    `${head}: the market moved against the forecast on average in decile${wrong.length > 1 ? 's' : ''} ${wrong.join(', ')}.`,
  ];
}

function losingSessions(portfolio: GateEvidence['portfolio']): string[] {
  if (!portfolio) return [];
  const losing = portfolio.daily.filter(({ candidateNetTicks }) => candidateNetTicks < 0);
  const worst = [...losing].sort((a, b) => a.candidateNetTicks - b.candidateNetTicks)[0];
  if (!worst) return [];
  return [
    `${losing.length} of ${portfolio.tradeDates} trade dates lost after costs; the worst, ${dateText(worst.tradeDate)}, ${ticks(worst.candidateNetTicks)} ticks.`,
  ];
}

function spanText(first: number, last: number): string {
  return first === last ? dateText(first) : `${dateText(first)} to ${dateText(last)}`;
}
