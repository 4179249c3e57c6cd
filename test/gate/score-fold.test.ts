import assert from 'node:assert/strict';
import fc from 'fast-check';
import { foldScore } from '../../research/gate/fold-contract.js';
import { decodeScoredFold, encodeScoredFold } from '../../research/gate/fold-file.js';
import { planFolds } from '../../research/gate/fold-plan.js';
import { scoreFold } from '../../research/gate/score-fold.js';
import { tradeCausally } from '../../research/gate/trade-causally.js';
import { THRESHOLDS, tinyLearner, tinyRecipe, tinySamples } from './tiny-market.js';

const SAMPLES = tinySamples({ seed: 1, days: 12, rowsPerDay: 60, signal: 0.4 });
const FOLD = planFolds(SAMPLES, THRESHOLDS).folds[3]!;
const ASK = {
  samples: SAMPLES,
  fold: FOLD,
  candidate: tinyRecipe(0),
  prior: tinyRecipe(0, 0.5),
  thresholds: THRESHOLDS,
};

describe('scoring a fold', () => {
  it('adds up to what its rows did', async () => {
    const { score, rows, candidate } = await scoreFold(ASK, tinyLearner(SAMPLES));
    foldScore.parse(score);
    const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);
    assert.ok(Math.abs(score.candidate.logLossSum - sum(candidate.logLoss)) < 1e-3);
    const seeds = score.candidate.seeds.map(({ logLossSum }) => logLossSum);
    assert.equal(seeds.length, 3);
    assert.ok(Math.abs(score.candidate.logLossSum - sum(seeds) / 3) < 1e-9);
    const netTicks = sum(score.candidate.days.map((day) => day.netTicks));
    assert.ok(Math.abs(netTicks - sum(candidate.netTicks)) < 1e-3);
    assert.equal(sum(score.candidate.days.map((day) => day.rows)), rows.length);
    assert.ok(Math.abs(sum(score.candidate.bins[0]!.map((bin) => bin.rows)) - rows.length) < 1e-9);
    assert.equal(score.overlapRows, 4);
  });

  it('never shows the learner a row of the test block, nor one whose label reaches into it', async () => {
    const seen: Int32Array[] = [];
    await scoreFold(ASK, async (trainRows, recipe) => {
      seen.push(trainRows);
      return tinyLearner(SAMPLES)(trainRows, recipe);
    });
    assert.equal(seen.length, 6);
    for (const trainRows of seen)
      for (const row of trainRows) assert.ok(SAMPLES.endMs[row]! < SAMPLES.startMs[FOLD.testRowFirst]!);
  });

  it('holds one position at a time, entered only where the forecast exceeds the cost', () => {
    const rows = Int32Array.from({ length: SAMPLES.rows }, (_, row) => row);
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 60, maxLength: 60 }),
        fc.integer({ min: 0, max: 3 }),
        (forecast, margin) => {
          const expected = Float32Array.from(forecast);
          const trades = tradeCausally(SAMPLES, rows.subarray(0, 60), expected, margin);
          for (const [index, { at, grossTicks, costTicks }] of trades.entries()) {
            assert.ok(Math.abs(expected[at]!) > margin * costTicks);
            assert.equal(grossTicks, Math.sign(expected[at]!) * SAMPLES.moveTicks[at]!);
            const next = trades[index + 1];
            if (next) assert.ok(SAMPLES.startMs[next.at]! >= SAMPLES.endMs[at]!);
          }
        },
      ),
    );
  });

  it('takes every chance that the rules of the policy allow', () => {
    const rows = Int32Array.from({ length: 60 }, (_, row) => row);
    const trades = tradeCausally(SAMPLES, rows, new Float32Array(60).fill(1), 1);
    assert.deepEqual(
      trades.map(({ at }) => at),
      [0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56],
    );
    assert.deepEqual(tradeCausally(SAMPLES, rows, new Float32Array(60).fill(0.5), 1), []);
  });

  it('survives the way through its file', async () => {
    for (const prior of [null, tinyRecipe(1)]) {
      const scored = await scoreFold({ ...ASK, prior }, tinyLearner(SAMPLES));
      assert.deepEqual(decodeScoredFold(encodeScoredFold(scored), 'fold'), scored);
    }
  });

  it('gives the same bytes for the same rows and recipe', async () => {
    const bytes = async () => encodeScoredFold(await scoreFold(ASK, tinyLearner(SAMPLES)));
    assert.deepEqual(await bytes(), await bytes());
  });

  it('refuses a file that was cut, is no such file, or has no end of its first line', async () => {
    const bytes = encodeScoredFold(await scoreFold(ASK, tinyLearner(SAMPLES)));
    assert.throws(
      () => decodeScoredFold(bytes.subarray(0, bytes.length - 1), 'a.fold'),
      /a\.fold: has \d+ bytes of columns/,
    );
    assert.throws(
      () => decodeScoredFold(Buffer.from('{"kind":"else"}\n'), 'a.fold'),
      /a\.fold \(line 1\): is not a scored fold/,
    );
    assert.throws(() => decodeScoredFold(new Uint8Array(10), 'a.fold'), /no header line/);
  });

  it('refuses a learner that gives too few values, or no probabilities', async () => {
    const answer = (values: number[]) => scoreFold(ASK, async () => async () => Float32Array.from(values));
    await assert.rejects(answer([0.5]), /F2_dom: 1 probabilities for 60 rows of 2 classes/);
    const wrong = Array.from({ length: 120 }, (_, i) => (i === 7 ? Number.NaN : 0.5));
    await assert.rejects(answer(wrong), /test row 3 got NaN as the probability of class 1/);
  });
});
