import assert from 'node:assert/strict';
import fc from 'fast-check';
import { circularBlockBootstrap } from '../../../research/gate/statistics/block-bootstrap.js';
import { seededRandom } from '../../../shared/random.js';
import { close } from './close.js';

const plan = { blockLength: 5, draws: 2000, seed: 3, level: 0.05 };

/** An autoregressive series of mean 0. */
function series(length: number, seed: number, memory: number): number[] {
  const random = seededRandom(seed);
  let value = 0;
  return Array.from({ length }, () => {
    value = memory * value + random() + random() + random() - 1.5;
    return value;
  });
}

describe('the circular block bootstrap', () => {
  it('brackets the mean, is the same for the same seed, and knows nothing of the order for blocks of one', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 5, maxLength: 40 }), (values) => {
        const interval = circularBlockBootstrap(values, plan);
        close(interval.estimate, values.reduce((sum, one) => sum + one, 0) / values.length, 1e-9);
        assert.ok(interval.low <= interval.high);
        assert.deepEqual(circularBlockBootstrap(values, plan), interval);
      }),
      { numRuns: 30 },
    );
  });

  it('draws every value as often as any other, wherever it lies', () => {
    // The mean of the means of one spike: its share of what is drawn.
    const spike = (at: number) => Array.from({ length: 12 }, (_, i) => Number(i === at) * 12);
    for (const at of [0, 5, 11]) {
      const { low, high } = circularBlockBootstrap(spike(at), { ...plan, draws: 20_000, level: 0.49 });
      assert.ok(low >= 0.9 && high <= 1.1, `${at}: ${low} ${high}`);
    }
  });

  it('gives wider bounds to neighbours that go together, and the usual ones where they do not', () => {
    const widthOf = (values: readonly number[], blockLength: number) => {
      const { low, high } = circularBlockBootstrap(values, { ...plan, blockLength });
      return high - low;
    };
    const together = series(2000, 5, 0.8);
    assert.ok(widthOf(together, 40) > 2 * widthOf(together, 1));
    const apart = series(2000, 6, 0);
    // 2 x 1.645 standard errors of a sum of three uniforms, whose variance is 1/4.
    close(widthOf(apart, 1), 2 * 1.645 * Math.sqrt(0.25 / 2000), 0.1);
  });

  it('refuses blocks that the series has not', () => {
    assert.throws(() => circularBlockBootstrap([1, 2], { ...plan, blockLength: 3 }), /blocks of 3/);
  });
});
