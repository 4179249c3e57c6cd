import assert from 'node:assert/strict';
import fc from 'fast-check';
import { backtestOverfitting } from '../../../research/gate/statistics/backtest-overfitting.js';
import { seededRandom } from '../../../shared/random.js';

describe('the probability of backtest overfitting', () => {
  it('agrees with the definition, computed the plain way', () => {
    const series = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(series, { minLength: 2, maxLength: 6 }), fc.constantFrom(2, 4, 6), (returns, partitions) => {
        assert.equal(backtestOverfitting(returns, partitions).probability, plainProbability(returns, partitions));
      }),
    );
  });

  it('is nothing where one configuration is better everywhere', () => {
    const random = seededRandom(3);
    const returns = Array.from({ length: 8 }, (_, c) =>
      Array.from({ length: 160 }, () => random() - 0.5 + (c === 5 ? 1 : 0)),
    );
    assert.deepEqual(backtestOverfitting(returns, 8), { probability: 0, configurations: 8, combinations: 70 });
  });

  it('is certain where what wins in one half loses in the other', () => {
    const alternating = Array.from({ length: 40 }, (_, t) => (t < 20 ? 1 : -1) + 0.01 * (t % 3));
    const returns = [alternating, alternating.map((value) => -value)];
    assert.equal(backtestOverfitting(returns, 2).probability, 1);
  });

  it('is about one half where every configuration is noise', () => {
    const random = seededRandom(11);
    let sum = 0;
    for (let run = 0; run < 60; run++) {
      const returns = Array.from({ length: 9 }, () => Array.from({ length: 120 }, () => random() - 0.5));
      sum += backtestOverfitting(returns, 8).probability / 60;
    }
    assert.ok(sum > 0.4 && sum < 0.62, `${sum}`);
  });

  it('refuses what it cannot cut', () => {
    assert.throws(() => backtestOverfitting([[1, 2]], 2), /two configurations/);
    assert.throws(() => backtestOverfitting([[1, 2], [1]], 2), /configuration 1 has 1 periods/);
    assert.throws(
      () =>
        backtestOverfitting(
          [
            [1, 2],
            [1, 2],
          ],
          4,
        ),
      /2 periods cannot be cut into 4 parts/,
    );
    assert.throws(
      () =>
        backtestOverfitting(
          [
            [1, 2, 3],
            [1, 2, 3],
          ],
          3,
        ),
      /even/,
    );
  });
});

/** Straight from the paper: bit masks for halves, mean and deviation of the concatenated returns, a logit per half. */
function plainProbability(returns: readonly number[][], partitions: number): number {
  const size = returns[0]!.length / partitions;
  const logits: number[] = [];
  for (let mask = 0; mask < 2 ** partitions; mask++) {
    const inSample = Array.from({ length: partitions }, (_, part) => ((mask >> part) & 1) === 1);
    if (inSample.filter(Boolean).length !== partitions / 2) continue;
    const sharpes = (chosen: boolean) =>
      returns.map((series) => sharpe(series.filter((_, t) => inSample[Math.floor(t / size)] === chosen)));
    const best = sharpes(true);
    const winner = best.indexOf(Math.max(...best));
    const others = sharpes(false);
    const own = others[winner]!;
    const rank =
      1 + others.filter((value) => value < own).length + (others.filter((value) => value === own).length - 1) / 2;
    const relative = rank / (returns.length + 1);
    logits.push(Math.log(relative / (1 - relative)));
  }
  return logits.filter((logit) => logit <= 1e-12).length / logits.length;
}

/** Whole numbers keep the sums exact, so that ties are ties here and there. */
function sharpe(values: readonly number[]): number {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + value * value, 0) / n - mean * mean;
  if (variance < 1e-9) return mean === 0 ? 0 : Math.sign(mean) * Number.MAX_VALUE;
  return mean / Math.sqrt(variance);
}
