import assert from 'node:assert/strict';
import {
  bestOfTrials,
  deflatedSharpe,
  expectedMaximumSharpe,
  probabilisticSharpe,
  returnMoments,
} from '../../../research/gate/statistics/sharpe.js';
import { wilsonInterval } from '../../../research/gate/statistics/wilson.js';
import { seededRandom } from '../../../shared/random.js';
import { close } from './close.js';

/** The worked example of Bailey and Lopez de Prado (2014): five years of daily returns, Sharpe ratio 2.5 a year. */
const EXAMPLE = { observations: 1250, sharpe: 2.5 / Math.sqrt(250), skewness: -3, kurtosis: 10 };
const TRIAL_VARIANCE = 0.5 / 250;

describe('the deflated Sharpe ratio', () => {
  it("is that of the paper's worked example: 100 trials give 0.1132 and 0.9004", () => {
    close(expectedMaximumSharpe(100, TRIAL_VARIANCE), 0.1132, 1e-3);
    close(deflatedSharpe(EXAMPLE, 100, TRIAL_VARIANCE), 0.9004, 1e-4);
  });

  it('reaches 0.9505 with 46 trials, or with 88 of normal returns, as the paper says', () => {
    close(deflatedSharpe(EXAMPLE, 46, TRIAL_VARIANCE), 0.9505, 1e-4);
    close(deflatedSharpe({ ...EXAMPLE, skewness: 0, kurtosis: 3 }, 88, TRIAL_VARIANCE), 0.9505, 1e-4);
  });

  it('is the probabilistic Sharpe ratio for a single trial, and falls with every further one', () => {
    assert.equal(deflatedSharpe(EXAMPLE, 1, TRIAL_VARIANCE), probabilisticSharpe(EXAMPLE));
    const byTrials = [1, 2, 5, 20, 100, 1000].map((trials) => deflatedSharpe(EXAMPLE, trials, TRIAL_VARIANCE));
    assert.deepEqual(
      byTrials,
      byTrials.toSorted((a, b) => b - a),
    );
  });

  it('takes moments as SciPy does: sample deviation, population skewness, kurtosis that is 3 for a normal', () => {
    const moments = returnMoments([0.5, -1.2, 0.3, 2.2, -0.7, 1.9, 0.1, -0.4, 3.3, 0]);
    close(moments.sharpe, 0.4221585268381751, 1e-12);
    close(moments.skewness, 0.6763030047694324, 1e-12);
    close(moments.kurtosis, 2.3329775221746596, 1e-12);
  });

  it('sees no edge in returns that never vary', () => {
    assert.equal(returnMoments([0, 0, 0]).sharpe, 0);
    assert.equal(probabilisticSharpe(returnMoments([0, 0, 0])), 0.5);
    assert.throws(() => returnMoments([1]), RangeError);
  });

  it('is passed by the best of 500 worthless strategies no more often than once in twenty, on eight dates', () => {
    const random = seededRandom(5);
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const [SEARCHES, TRIALS, DATES] = [200, 500, 8];
    let [byPaper, byBoth] = [0, 0];
    for (let search = 0; search < SEARCHES; search++) {
      const tried = Array.from({ length: TRIALS }, () => returnMoments(Array.from({ length: DATES }, normal)));
      const best = tried.reduce((a, b) => (b.sharpe > a.sharpe ? b : a));
      const paper = deflatedSharpe(best, TRIALS, 1 / (DATES - 1));
      if (paper >= 0.95) byPaper++;
      if (Math.min(paper, bestOfTrials(best, TRIALS)) >= 0.95) byBoth++;
    }
    assert.ok(wilsonInterval(byBoth, SEARCHES).low <= 0.05, `${byBoth} of ${SEARCHES}`);
    assert.ok(byPaper > byBoth, `the paper's alone lets ${byPaper} of ${SEARCHES} pass`);
  });
});
