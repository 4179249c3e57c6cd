import assert from 'node:assert/strict';
import { dieboldMariano } from '../../../research/gate/statistics/diebold-mariano.js';
import { seededRandom } from '../../../shared/random.js';
import { close } from './close.js';

/** Squared errors of two forecasts of zero. */
const squaredDifference = (one: readonly number[], other: readonly number[]) =>
  one.map((error, i) => error ** 2 - other[i]! ** 2);

const DIFFERENCE = [0.3, -0.1, 0.4, 0.25, -0.3, 0.6, 0.2, 0.5, -0.05, 0.1, 0.45, 0.15];

describe('the Diebold-Mariano test', () => {
  it("gives the statistic and p value of R's forecast::dm.test for one step ahead", () => {
    const result = dieboldMariano(squaredDifference([0, 1, 2, 3, 4, 5], [0, 2, 3, 3, 5, 6]), 1, 0);
    close(result.statistic, -2.4904882343768704, 1e-12);
    close(2 * (1 - result.pWorse), 0.0551281199025455, 1e-9);
  });

  it('gives the Bartlett variance and correction of a plain reference at several horizons and lags', () => {
    const expected = [
      [1, 0, 2.711630722733202, 0.010115917946669538],
      [3, 3, 4.62821901727829, 0.0003652616249537065],
      [3, 6, 6.18529467288659, 3.428358275063976e-5],
    ] as const;
    for (const [horizon, lag, statistic, pWorse] of expected) {
      const result = dieboldMariano(DIFFERENCE, horizon, lag);
      close(result.statistic, statistic, 1e-12);
      close(result.pWorse, pWorse, 1e-9);
    }
  });

  it('never takes a lag below the horizon by itself', () => {
    assert.equal(dieboldMariano(DIFFERENCE, 3).lag, 6);
    assert.equal(dieboldMariano(DIFFERENCE, 10).lag, DIFFERENCE.length - 1);
  });

  it('does not call a forecast worse than itself', () => {
    const result = dieboldMariano(new Float64Array(50), 4);
    assert.deepEqual([result.statistic, result.pWorse], [0, 0.5]);
  });

  it('is certain of a difference that never varies, in both directions', () => {
    assert.equal(dieboldMariano(new Float64Array(50).fill(0.5), 1).pWorse < 1e-9, true);
    assert.equal(dieboldMariano(new Float64Array(50).fill(-0.5), 1).pWorse > 1 - 1e-9, true);
  });

  it('refuses fewer observations than the horizon, and differences that are not numbers', () => {
    assert.throws(() => dieboldMariano([1, 2, 3], 3), /too few/);
    assert.throws(() => dieboldMariano([1, Number.NaN, 3], 1), /difference 1 is NaN/);
  });

  it('calls equal forecasts of overlapping outcomes worse at about its nominal rate', () => {
    const random = seededRandom(7);
    const horizon = 10;
    let called = 0;
    for (let run = 0; run < 400; run++) {
      const shocks = Array.from({ length: 410 }, () => random() - 0.5);
      const overlapping = Array.from({ length: 400 }, (_, i) =>
        shocks.slice(i, i + horizon).reduce((sum, shock) => sum + shock, 0),
      );
      if (dieboldMariano(overlapping, horizon).pWorse < 0.05) called++;
    }
    assert.ok(called >= 8 && called <= 40, `${called} of 400 at a level of 5 %`);
  });
});
