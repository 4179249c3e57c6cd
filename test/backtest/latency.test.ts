import assert from 'node:assert/strict';
import { latencyOf, latencySpec } from '../../research/backtest/latency.js';

const spec = (seed: number, sigma = 0.5) =>
  latencySpec.parse({ kind: 'lognormal', medianNs: 2_000_000, sigma, minNs: 500_000, seed });
const ids = Array.from({ length: 20_000 }, (_, id) => id);

describe('a latency model', () => {
  it('is a function of seed, way and message alone', () => {
    const all = ids.map(latencyOf(spec(1), 2));
    assert.deepEqual(
      ids
        .toReversed()
        .map(latencyOf(spec(1), 2))
        .reverse(),
      all,
    );
    assert.notDeepEqual(ids.map(latencyOf(spec(2), 2)), all);
    assert.notDeepEqual(ids.map(latencyOf(spec(1), 3)), all);
  });

  it('has the median and the spread that it is given, and no message below the least', () => {
    const sorted = ids.map(latencyOf(spec(7), 1)).sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor(share * sorted.length)]!;
    assert.ok(Math.abs(at(0.5) / 2_000_000 - 1) < 0.02, `median ${at(0.5)}`);
    assert.ok(Math.abs(at(0.8413) / at(0.5) / Math.exp(0.5) - 1) < 0.03, 'one standard deviation above');
    assert.ok(Math.abs(at(0.1587) / at(0.5) / Math.exp(-0.5) - 1) < 0.03, 'one below');
    assert.equal(sorted[0], 500_000);
    assert.ok(sorted.every(Number.isInteger));
  });

  it('may be constant', () => {
    assert.deepEqual([0, 1, 2].map(latencyOf({ kind: 'constant', ns: 5 }, 1)), [5, 5, 5]);
  });
});
