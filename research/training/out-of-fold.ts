import { z } from 'zod';
import { expectedMoveTicks } from '../../shared/model/decision/edge.js';
import { headForecast } from '../../shared/model/decision/ensemble.js';
import { type HeadSamples, headName } from '../../shared/model/heads/head.js';
import { overlapRows } from '../gate/score-fold.js';
import { calibratedProbabilities, calibrateHead, meanLogLoss } from './calibrate-head.js';
import { meanMoveByClass } from './class-moves.js';

/** What a head said of rows that it was not trained on: all that the ensemble is fitted to. */
export const outOfFold = z.strictObject({
  head: headName,
  forecast: headForecast,
  /** Mean log loss of these rows, nats: as the model gives it, calibrated, and of the training rows' class shares. */
  logLoss: z.number(),
  calibratedLogLoss: z.number(),
  /** Ticks that the mid moved per tick expected: least squares through the origin. Below 1: the head promises too much. */
  moveSlope: z.number(),
  /** Of each row: when it was said, until when it holds, and the expected move. In order of time. */
  startMs: z.array(z.number()),
  endMs: z.array(z.number()),
  expectedTicks: z.array(z.number()),
});
export type OutOfFold = Readonly<z.infer<typeof outOfFold>>;

/**
 * Calibrates a head by its forecasts of unseen rows, and says what they were worth.
 * @param rows of the samples, in order of time; none of them trained the model
 * @param probabilities row-major rows x classes
 * @param allRows what the shipped model is trained on: the mean moves of its classes
 */
export function measureOutOfFold(
  samples: HeadSamples,
  rows: Int32Array,
  probabilities: Float32Array,
  allRows: Int32Array,
): OutOfFold {
  const { head, startMs, endMs, moveTicks } = samples;
  const { classes } = head;
  const label = Uint8Array.from(rows, (row) => samples.label[row]!);
  const calibration = calibrateHead({ probabilities, classes, label, overlapRows: overlapRows(samples, rows) });
  const forecast = { ...calibration, moveTicks: meanMoveByClass(samples, allRows) };
  const expected = Float64Array.from(rows, (_, at) =>
    expectedMoveTicks(probabilities.subarray(at * classes, (at + 1) * classes), forecast),
  );
  let [product, square] = [0, 0];
  for (const [at, ticks] of expected.entries()) {
    product += ticks * moveTicks[rows[at]!]!;
    square += ticks * ticks;
  }
  return {
    head: head.name,
    forecast,
    logLoss: meanLogLoss(probabilities, label, classes),
    calibratedLogLoss: meanLogLoss(calibratedProbabilities(probabilities, calibration), label, classes),
    moveSlope: square > 0 ? product / square : 0,
    startMs: Array.from(rows, (row) => startMs[row]!),
    endMs: Array.from(rows, (row) => endMs[row]!),
    expectedTicks: Array.from(expected),
  };
}

/** Of a head with too few rows to hold any out: nothing was measured, and the least weight is given to it. */
export function unmeasured(samples: HeadSamples, allRows: Int32Array): OutOfFold {
  const { head } = samples;
  return {
    head: head.name,
    forecast: {
      scale: 1,
      bias: new Array<number>(head.classes).fill(0),
      moveTicks: meanMoveByClass(samples, allRows),
    },
    ...{ logLoss: 0, calibratedLogLoss: 0, moveSlope: 0, startMs: [], endMs: [], expectedTicks: [] },
  };
}
