import assert from 'node:assert/strict';
import { RandomStream } from '../../research/generator/random-stream.js';
import { calibratedProbabilities, calibrateHead, meanLogLoss } from '../../research/training/calibrate-head.js';
import { fitEnsemble, WEIGHT_MIN } from '../../research/training/fit-ensemble.js';
import type { OutOfFold } from '../../research/training/out-of-fold.js';
import { expectedMoveTicks } from '../../shared/model/decision/edge.js';
import type { Policy } from '../../shared/model/decision/ensemble.js';

const POLICY: Policy = {
  ...{ entryEdgeTicks: 0.1, exitEdgeTicks: 0, feeTicks: 0.17, spreadShare: 1 },
  ...{ maxSpreadTicks: 2, maxPositionContracts: 1 },
};

/** Labels drawn from softmax(z); what is said is softmax(power z + shift): over-confident, and biased towards a class. */
function distorted(rows: number, classes: number, power: number, shift: readonly number[], seed: number) {
  const random = new RandomStream(seed, classes);
  const probabilities = new Float32Array(rows * classes);
  const label = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    const scores = Array.from({ length: classes }, () => 0.7 * random.normal());
    label[row] = random.pick(softmax(scores));
    probabilities.set(softmax(scores.map((score, of) => power * score + shift[of]!)), row * classes);
  }
  return { probabilities, label, classes };
}

function softmax(scores: readonly number[]): number[] {
  const shares = scores.map(Math.exp);
  const sum = shares.reduce((total, one) => total + one, 0);
  return shares.map((one) => one / sum);
}

describe('the calibration of a head', () => {
  for (const [classes, shift] of [
    [2, [0, 0.8]],
    [3, [0.5, 0, -0.4]],
  ] as const)
    it(`of ${classes} classes undoes over-confidence and a bias, and helps on rows that it has not seen`, () => {
      const seen = distorted(20_000, classes, 2.5, shift, 1);
      const { scale, bias } = calibrateHead({ ...seen, overlapRows: 0 });
      assert.ok(Math.abs(scale - 1 / 2.5) < 0.03, `${scale}`);
      for (const [of, one] of bias.entries())
        assert.ok(Math.abs(one - bias[0]! + (shift[of]! - shift[0]!) / 2.5) < 0.06, `${bias}`);
      const unseen = distorted(5000, classes, 2.5, shift, 2);
      const before = meanLogLoss(unseen.probabilities, unseen.label, classes);
      const after = meanLogLoss(calibratedProbabilities(unseen.probabilities, { scale, bias }), unseen.label, classes);
      assert.ok(after < before - 0.05, `${before} ${after}`);
    });

  it('stays near what was said where there are few independent rows, and is finite where a class was given nothing', () => {
    const few = distorted(60, 2, 3, [0, 1], 3);
    const { scale } = calibrateHead({ ...few, overlapRows: 59 });
    assert.ok(scale > 0.85, `${scale}`);
    const sure = { probabilities: Float32Array.of(1, 0, 0, 1, 1, 0), label: Uint8Array.of(1, 1, 0), classes: 2 };
    const calibrated = calibrateHead({ ...sure, overlapRows: 0 });
    assert.ok([calibrated.scale, ...calibrated.bias].every(Number.isFinite) && calibrated.scale > 0);
  });
});

describe('the expected move of a head', () => {
  it('counts what is flat, or not up, as what it was: rows that do not move pull the price nowhere', () => {
    const identity = { scale: 1, bias: [0, 0] };
    const even = Float32Array.of(0.5, 0.5);
    // Of the rows that did not go up most were flat: they fell by one tick on average, the others rose by three.
    assert.ok(Math.abs(expectedMoveTicks(even, { ...identity, moveTicks: [-1, 3] }) - 1) < 1e-6);
    assert.ok(Math.abs(expectedMoveTicks(even, { ...identity, moveTicks: [-3, 3] })) < 1e-6);
  });
});

describe('the weights of the heads', () => {
  const headOf = (head: string, expectedTicks: readonly number[], moveSlope = 1): OutOfFold => ({
    ...{ head, moveSlope, logLoss: 0.6, calibratedLogLoss: 0.6, expectedTicks: [...expectedTicks] },
    forecast: { scale: 1, bias: [0, 0], moveTicks: [-1, 1] },
    startMs: expectedTicks.map((_, at) => 1000 * at),
    endMs: expectedTicks.map((_, at) => 1000 * at + 10_000),
  });
  const normals = (seed: number) => {
    const random = new RandomStream(seed, 0);
    return Array.from({ length: 2000 }, () => random.normal());
  };

  it('add up what is known by one head each, share what two heads say alike, and scale down who promises too much', () => {
    const [a, b] = [normals(1), normals(2)];
    const apart = fitEnsemble([headOf('A', a), headOf('B', b)], POLICY).weights;
    assert.ok(apart.A! > 0.93 && apart.B! > 0.93, JSON.stringify(apart));
    const alike = fitEnsemble([headOf('A', a), headOf('B', a)], POLICY).weights;
    assert.ok(Math.abs(alike.A! - 0.52) < 0.02 && Math.abs(alike.B! - 0.52) < 0.02, JSON.stringify(alike));
    const boastful = fitEnsemble([headOf('A', a, 0.5), headOf('B', b)], POLICY).weights;
    assert.ok(Math.abs(boastful.A! - 0.5) < 0.05 && boastful.B! > 0.9, JSON.stringify(boastful));
  });

  it('are never 0: a head whose forecasts went wrong has the least weight, and heads that never spoke together share', () => {
    const wrong = fitEnsemble([headOf('A', normals(1), -0.4), headOf('B', normals(2))], POLICY).weights;
    assert.equal(wrong.A, WEIGHT_MIN);
    const strangers = fitEnsemble([headOf('A', normals(1)), headOf('B', [])], POLICY).weights;
    assert.deepEqual(strangers, { A: 0.5, B: 0.5 });
  });
});
