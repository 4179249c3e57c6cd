import type { GateThresholds } from '../../shared/config/gate-thresholds.js';
import type { ArmMetrics, GateReason, GateRule, HeadEvidence } from './report.js';
import { nats, percent, points, probability } from './wording.js';

/** Every rule on one head's forecasts that speaks against the candidate. */
export function judgeHead(head: HeadEvidence, priorRelease: string | null, thresholds: GateThresholds): GateReason[] {
  const shortfall = missingData(head, priorRelease, thresholds);
  const parity = parityFailure(head);
  if (shortfall || !head.pooled) return [shortfall, parity].filter((reason) => reason !== null);
  const { candidate, prior, classPriorLogLoss } = head.pooled;
  return [
    parity,
    nothingToCompare(head, priorRelease),
    noBetterThanClassPrior(head, candidate, classPriorLogLoss),
    miscalibrated(head, candidate, thresholds),
    ...(prior
      ? [lessCalibrated(head, candidate, prior, thresholds), fewerHits(head, candidate, prior, thresholds)]
      : []),
    ...(prior ? againstPrior(head, thresholds) : []),
  ].filter((reason) => reason !== null);
}

function missingData(head: HeadEvidence, priorRelease: string | null, thresholds: GateThresholds): GateReason | null {
  const { shortfall } = head.data;
  if (shortfall) return reason(head, 'data', shortfall, head.data.tradeDates, thresholds.tradeDatesMin);
  const scored = head.folds.length;
  if (scored < thresholds.foldsMin || !head.pooled)
    return reason(
      head,
      'data',
      `Only ${scored} of at least ${thresholds.foldsMin} folds of ${head.head} were scored: too few to judge it.`,
      scored,
      thresholds.foldsMin,
    );
  if (priorRelease !== null && !isNew(head) && (!head.comparison || !head.pooled.prior))
    return reason(head, 'data', `${head.head} was not compared with ${priorRelease} on every fold.`, null, null);
  return null;
}

/** The prior release has no head of that name: it was scored on no fold. */
function isNew({ folds }: HeadEvidence): boolean {
  return folds.every(({ prior }) => prior === null);
}

/** People decide whether a head joins those that trade: its other rules say what it is worth by itself. */
function nothingToCompare(head: HeadEvidence, priorRelease: string | null): GateReason | null {
  if (priorRelease === null || !isNew(head)) return null;
  const sentence = `${head.head} is new: ${priorRelease} has no such head to compare it with.`;
  return reason(head, 'data', sentence, null, null);
}

function parityFailure(head: HeadEvidence): GateReason | null {
  if (head.parity?.passed) return null;
  const sentence = head.parity
    ? `The ONNX graph of ${head.head} does not give the trained model's answers (largest difference ${head.parity.maxAbsDifference.toPrecision(2)} on ${head.parity.rows} rows).`
    : `The ONNX graph of ${head.head} was not compared with the trained model.`;
  return reason(head, 'parity', sentence, head.parity?.maxAbsDifference ?? null, null);
}

function noBetterThanClassPrior(head: HeadEvidence, { logLoss }: ArmMetrics, classPrior: number): GateReason | null {
  if (logLoss < classPrior) return null;
  return reason(
    head,
    'class-prior',
    `${head.head} forecasts no better than the plain class shares (log loss ${nats(logLoss)} against ${nats(classPrior)}): it has learned nothing that holds out of sample.`,
    logLoss,
    classPrior,
  );
}

function miscalibrated(
  head: HeadEvidence,
  { calibrationError }: ArmMetrics,
  { calibrationErrorMax }: GateThresholds,
): GateReason | null {
  if (calibrationError <= calibrationErrorMax) return null;
  return reason(
    head,
    'calibration',
    `The probabilities of ${head.head} are off by ${points(calibrationError)} on average; ${points(calibrationErrorMax)} are allowed.`,
    calibrationError,
    calibrationErrorMax,
  );
}

function lessCalibrated(
  head: HeadEvidence,
  candidate: ArmMetrics,
  prior: ArmMetrics,
  { calibrationErrorRiseMax }: GateThresholds,
): GateReason | null {
  const rise = candidate.calibrationError - prior.calibrationError;
  if (rise <= calibrationErrorRiseMax) return null;
  return reason(
    head,
    'calibration-rise',
    `The calibration error of ${head.head} rose by ${points(rise)} (from ${points(prior.calibrationError)} to ${points(candidate.calibrationError)}); ${points(calibrationErrorRiseMax)} are allowed.`,
    rise,
    calibrationErrorRiseMax,
  );
}

function fewerHits(
  head: HeadEvidence,
  candidate: ArmMetrics,
  prior: ArmMetrics,
  { hitRateDropMax }: GateThresholds,
): GateReason | null {
  const drop = prior.hitRate - candidate.hitRate;
  if (drop <= hitRateDropMax) return null;
  return reason(
    head,
    'hit-rate',
    `${head.head} gets the direction right in ${percent(candidate.hitRate)} of moves, the prior in ${percent(prior.hitRate)}; a drop of ${points(hitRateDropMax)} is allowed.`,
    drop,
    hitRateDropMax,
  );
}

function againstPrior(head: HeadEvidence, thresholds: GateThresholds): (GateReason | null)[] {
  const { dieboldMariano, logLossRise, worseFolds } = head.comparison!;
  const { significance, logLossMargin, worseFoldShareMax } = thresholds;
  const worseShare = worseFolds / head.folds.length;
  return [
    dieboldMariano.pWorse < significance
      ? reason(
          head,
          'log-loss-worse',
          `${head.head} forecasts significantly worse than the prior (log loss ${percent(logLossRise.estimate)} higher, Diebold-Mariano p = ${probability(dieboldMariano.pWorse)}).`,
          dieboldMariano.pWorse,
          significance,
        )
      : null,
    logLossRise.high > logLossMargin
      ? reason(
          head,
          'log-loss-margin',
          `The log loss of ${head.head} may be up to ${percent(logLossRise.high)} above the prior's (95 % bound over trade dates); ${percent(logLossMargin)} are allowed.`,
          logLossRise.high,
          logLossMargin,
        )
      : null,
    worseShare > worseFoldShareMax
      ? reason(
          head,
          'worse-folds',
          `${head.head} forecasts worse than the prior in ${worseFolds} of ${head.folds.length} folds; at most ${percent(worseFoldShareMax)} of the folds may be worse.`,
          worseShare,
          worseFoldShareMax,
        )
      : null,
  ];
}

function reason(
  { head }: HeadEvidence,
  rule: GateRule,
  sentence: string,
  value: number | null,
  threshold: number | null,
): GateReason {
  return { rule, sentence, value, threshold, head };
}
