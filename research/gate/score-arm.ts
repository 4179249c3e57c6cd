import type { GateThresholds } from '../../shared/config/gate-thresholds.js';
import { Failure } from '../../shared/failure.js';
import type { HeadSamples } from '../../shared/model/heads/head.js';
import { meanMoveByClass } from '../training/class-moves.js';
import type { ArmScore, DayScore, ProbabilityBin } from './fold-contract.js';
import { binProbabilities } from './statistics/calibration.js';
import { brierScore, confusionOf, scoredClasses } from './statistics/classification.js';
import { moveDeciles } from './statistics/deciles.js';
import { surprise } from './statistics/surprise.js';
import { type Trade, tradeCausally } from './trade-causally.js';

/** One fit's forecasts of a test block. Rows are in order of time. */
export interface ArmForecast {
  readonly samples: HeadSamples;
  readonly train: Int32Array;
  readonly test: Int32Array;
  /** Row-major test rows x classes. */
  readonly probabilities: Float32Array;
  readonly thresholds: GateThresholds;
}

/** Per test row, in order of time. */
export interface RowScores {
  readonly logLoss: Float32Array;
  /** Forecast of the move, in ticks. */
  readonly expectedTicks: Float32Array;
  /** Net result of the position entered at the row; 0 where none was. */
  readonly netTicks: Float32Array;
}

/** What one fit did: of the recipe's seeds this is one. */
export interface FitScore {
  readonly score: Omit<ArmScore, 'seeds'>;
  readonly rows: RowScores;
}

/** Scores the forecasts of one fit on one test block. @throws Failure of type `BadForecast` */
export function scoreArm(forecast: ArmForecast): FitScore {
  const { samples, test, thresholds } = forecast;
  checkForecast(forecast);
  const logLoss = rowLogLoss(forecast);
  const expectedTicks = expectedMoves(forecast);
  const trades = tradeCausally(samples, test, expectedTicks, thresholds.costMargin);
  const netTicks = new Float32Array(test.length);
  for (const trade of trades) netTicks[trade.at] = netOf(trade);
  const moveTicks = Float32Array.from(test, (row) => samples.moveTicks[row]!);
  return {
    rows: { logLoss, expectedTicks, netTicks },
    score: {
      logLossSum: logLoss.reduce((sum, loss) => sum + loss, 0),
      ...directionOf(expectedTicks, moveTicks),
      ...classified(forecast),
      bins: calibrationBins(forecast),
      deciles: moveDeciles(expectedTicks, moveTicks),
      days: dayScores(samples, test, logLoss, trades),
    },
  };
}

function rowLogLoss({ samples: { head, label }, test, probabilities }: ArmForecast): Float32Array {
  return Float32Array.from(test, (row, at) => surprise(probabilities[at * head.classes + label[row]!]!));
}

/** Mean move over the classes, each with that of its training rows: known before the test block begins. */
function expectedMoves({ samples, train, test, probabilities }: ArmForecast): Float32Array {
  const { classes } = samples.head;
  const moves = meanMoveByClass(samples, train);
  return Float32Array.from(test, (_, at) =>
    moves.reduce((sum, ticks, of) => sum + probabilities[at * classes + of]! * ticks, 0),
  );
}

function directionOf(expectedTicks: Float32Array, moveTicks: Float32Array) {
  let directionalRows = 0;
  let directionalHits = 0;
  for (let at = 0; at < expectedTicks.length; at++) {
    if (moveTicks[at] === 0) continue;
    directionalRows++;
    if (expectedTicks[at] === 0) directionalHits += 0.5;
    else if (Math.sign(expectedTicks[at]!) === Math.sign(moveTicks[at]!)) directionalHits++;
  }
  return { directionalRows, directionalHits };
}

function classified({ samples: { head, label }, test, probabilities }: ArmForecast) {
  const said = { label: test.map((row) => label[row]!), probabilities, classes: head.classes };
  return {
    brierSum: brierScore(said) * test.length,
    confusion: confusionOf(said).flatMap((row) => [...row]),
  };
}

function calibrationBins({ samples: { head, label }, test, probabilities }: ArmForecast): ProbabilityBin[][] {
  return scoredClasses(head.classes).map((scoredClass) =>
    binProbabilities(
      Float32Array.from(test, (_, at) => probabilities[at * head.classes + scoredClass]!),
      Uint8Array.from(test, (row) => (label[row] === scoredClass ? 1 : 0)),
    ),
  );
}

function dayScores(
  samples: HeadSamples,
  test: Int32Array,
  logLoss: Float32Array,
  trades: readonly Trade[],
): DayScore[] {
  const days = new Map<number, Mutable<DayScore>>();
  const dayOf = (at: number) => days.get(samples.tradeDate[test[at]!]!)!;
  for (let at = 0; at < test.length; at++) {
    const tradeDate = samples.tradeDate[test[at]!]!;
    if (!days.has(tradeDate)) days.set(tradeDate, emptyDay(tradeDate));
    const day = dayOf(at);
    day.rows++;
    day.logLossSum += logLoss[at]!;
  }
  for (const trade of trades) {
    const day = dayOf(trade.at);
    day.trades++;
    if (trade.grossTicks > 0) day.winningTrades++;
    day.grossTicks += trade.grossTicks;
    day.costTicks += trade.costTicks;
    day.netTicks += netOf(trade);
  }
  return [...days.values()];
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

function emptyDay(tradeDate: number): DayScore {
  return {
    tradeDate,
    rows: 0,
    logLossSum: 0,
    trades: 0,
    winningTrades: 0,
    grossTicks: 0,
    costTicks: 0,
    netTicks: 0,
  };
}

function netOf({ grossTicks, costTicks }: Trade): number {
  return grossTicks - costTicks;
}

function checkForecast({ samples: { head }, test, probabilities }: ArmForecast): void {
  const wanted = test.length * head.classes;
  if (probabilities.length !== wanted)
    throw badForecast(
      `${head.name}: ${probabilities.length} probabilities for ${test.length} rows of ${head.classes} classes`,
    );
  const wrong = probabilities.findIndex((probability) => !(probability >= 0 && probability <= 1));
  if (wrong >= 0)
    throw badForecast(
      `${head.name}: test row ${Math.floor(wrong / head.classes)} got ${probabilities[wrong]} as the probability of class ${wrong % head.classes}`,
    );
}

function badForecast(message: string): Failure {
  return new Failure(
    'BadForecast',
    message,
    'The learner is defective: it must return one probability a row and class.',
  );
}
