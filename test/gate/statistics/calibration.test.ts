import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  binProbabilities,
  calibrationError,
  poolBins,
  reliabilityCurve,
} from '../../../research/gate/statistics/calibration.js';
import { moveDeciles } from '../../../research/gate/statistics/deciles.js';
import { maxDrawdown } from '../../../research/gate/statistics/drawdown.js';
import { close } from './close.js';

describe('calibration, deciles and drawdown', () => {
  it('measure the gap between promise and outcome, weighted by rows', () => {
    // Two rows promised 0.2 of which none came, two promised 0.9 of which one came: (2 * 0.2 + 2 * 0.4) / 4.
    close(calibrationError(binProbabilities([0.2, 0.2, 0.9, 0.9], [0, 0, 1, 0])), 0.3, 1e-12);
  });

  it('put the probabilities 0 and 1 into the outer bins', () => {
    const bins = binProbabilities([0, 1], [0, 1]);
    assert.deepEqual([bins[0]!.rows, bins[9]!.rows], [1, 1]);
    assert.equal(calibrationError(bins), 0);
  });

  it('pool folds as if their rows had been binned together', () => {
    const row = fc.tuple(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 1 }));
    fc.assert(
      fc.property(fc.array(row), fc.array(row), (one, other) => {
        const binsOf = (rows: [number, number][]) =>
          binProbabilities(
            rows.map(([p]) => p / 1000),
            rows.map(([, y]) => y),
          );
        close(
          calibrationError(poolBins([binsOf(one), binsOf(other)])),
          calibrationError(binsOf([...one, ...other])),
          1e-9,
        );
      }),
    );
  });

  it('draw a reliability curve with nothing where there are no rows', () => {
    const curve = reliabilityCurve(binProbabilities([0.55, 0.58], [1, 0]));
    assert.equal(curve[0]!.frequency, null);
    assert.equal(curve[5]!.frequency, 0.5);
    assert.ok(curve[5]!.low! < 0.5 && curve[5]!.high! > 0.5);
  });

  it('order rows by what was expected and share them out over ten parts', () => {
    const expected = Float32Array.from({ length: 23 }, (_, i) => 22 - i);
    const deciles = moveDeciles(expected, expected);
    assert.deepEqual(
      deciles.map(({ rows }) => rows),
      [3, 3, 3, 2, 2, 2, 2, 2, 2, 2],
    );
    assert.equal(deciles[0]!.expectedTicksSum, 0 + 1 + 2);
    assert.equal(deciles[9]!.moveTicksSum, 21 + 22);
  });

  it('measure a drawdown from the highest total so far, the start included', () => {
    assert.equal(maxDrawdown([-3, 5, -1, -4, 2]), 5);
    assert.equal(maxDrawdown([-3]), 3);
    assert.equal(maxDrawdown([1, 2]), 0);
  });
});
