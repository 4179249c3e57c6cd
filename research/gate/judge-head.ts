import type { GateThresholds } from '../../shared/config/gate-thresholds.js';
import type { ArmMetrics, GateReason, GateRule, HeadEvidence } from './report.js';
import { dateText, nats, percent, points, probability } from './wording.js';

/** Every rule on one head's forecasts that speaks against the candidate. */
export function judgeHead(head: HeadEvidence, priorRelease: string | null, thresholds: GateThresholds): GateReason[] {
  const shortfall = missingData(head, priorRelease, thresholds);
  const parity = parityFailure(head);
  if (shortfall || !head.pooled) return [shortfall, parity].filter((reason) => reason !== null);
  const { candidate, prior, candidateWherePrior, classPriorLogLoss } = head.pooled;
  return [
    parity,
    early(head),
    learnsNothing(head, thresholds),
    hole(head, thresholds),
    fewerRows(head, thresholds),
    nothingToCompare(head, priorRelease),
    noBetterThanClassPrior(head, candidate, classPriorLogLoss),
    tooGood(head, candidate, classPriorLogLoss, thresholds),
    miscalibrated(head, candidate, thresholds),
    ...(prior && candidateWherePrior
      ? [
          leap(head, thresholds),
          ...(forecastsBetter(candidateWherePrior, prior)
            ? []
            : [
                lessCalibrated(head, candidateWherePrior, prior, thresholds),
                fewerHits(head, candidateWherePrior, prior, thresholds),
              ]),
        ]
      : []),
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

/** Purging drops what overlaps a test block by the labels' own word. */
function early(head: HeadEvidence): GateReason | null {
  const { earlyLabels, rows } = head.data;
  if (earlyLabels === 0) return null;
  const sentence = `${earlyLabels} labels of ${head.head} are said to be decided before their horizon has passed: rows that were trained on may overlap those that were tested. The step that makes samples is wrong.`;
  return reason(head, 'early-labels', sentence, earlyLabels / Math.max(1, rows), 0);
}

/** A model of labels that say nothing must foretell nothing: where it does, rows that are tested were trained on. */
function learnsNothing(head: HeadEvidence, { permutationSignificance }: GateThresholds): GateReason | null {
  const { skill = 0, p = 1 } = head.permuted ?? {};
  if (skill <= 0 || p >= permutationSignificance) return null;
  const sentence = `${head.head} foretells labels that were moved to other rows (${percent(skill)} of the log loss of the class shares, p = ${probability(p)}): what is tested, or shares its time, was trained on.`;
  return reason(head, 'permutation', sentence, p, permutationSignificance);
}

function hole(head: HeadEvidence, { holeWeekdaysMax }: GateThresholds): GateReason | null {
  const { hole } = head.data;
  if (!hole || hole.weekdays <= holeWeekdaysMax) return null;
  const sentence = `${head.head} has no row for ${hole.weekdays} weekdays, between ${dateText(hole.after)} and ${dateText(hole.before)}: fill the hole, or train on one side of it.`;
  return reason(head, 'hole', sentence, hole.weekdays, holeWeekdaysMax);
}

/** What half of the rows teaches is hard to tell from what all of them do, and worse all the same. */
function fewerRows(head: HeadEvidence, { trainedRowsDropMax }: GateThresholds): GateReason | null {
  const { candidate, prior } = head.trainedRows ?? {};
  if (!candidate || !prior || candidate >= prior * (1 - trainedRowsDropMax)) return null;
  const drop = 1 - candidate / prior;
  const sentence = `${head.head} was trained on ${candidate} rows, ${percent(drop)} fewer than the prior (${prior}): find out what is missing, or wait until there is as much.`;
  return reason(head, 'fewer-rows', sentence, drop, trainedRowsDropMax);
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

/** Log loss counts direction and calibration together: where it fell, one of them alone says nothing against a head. */
function forecastsBetter(candidate: ArmMetrics, prior: ArmMetrics): boolean {
  return candidate.logLoss < prior.logLoss;
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

/** More skill than markets give away: a feature that knows the future looks like that. */
function tooGood(head: HeadEvidence, { logLoss }: ArmMetrics, classPrior: number, { skillMax }: GateThresholds) {
  const skill = 1 - logLoss / classPrior;
  if (skill <= skillMax) return null;
  const sentence = `${head.head} removes ${percent(skill)} of the log loss that the class shares leave; more than ${percent(skillMax)} is too good to be true. ${suspectOf(head)}`;
  return reason(head, 'too-good', sentence, skill, skillMax);
}

/** A better recipe takes small steps; a large one comes from a feature or a label that was not there before. */
function leap(head: HeadEvidence, { logLossDropMax }: GateThresholds): GateReason | null {
  const drop = -(head.comparison?.logLossRise ?? 0);
  if (drop <= logLossDropMax) return null;
  const sentence = `${head.head} forecasts better than the prior by a leap: its log loss is ${percent(drop)} lower, and up to ${percent(logLossDropMax)} pass unseen. ${suspectOf(head)}`;
  return reason(head, 'too-good', sentence, drop, logLossDropMax);
}

function suspectOf({ topFeature }: HeadEvidence): string {
  if (!topFeature) return 'Look whether a feature knows what comes after its row.';
  return `Look first at ${topFeature.feature}, which brought ${percent(topFeature.gainShare)} of the gain: it must not know what comes after its row.`;
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
