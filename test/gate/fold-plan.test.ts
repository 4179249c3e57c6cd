import assert from 'node:assert/strict';
import fc from 'fast-check';
import { foldRows, planFolds } from '../../research/gate/fold-plan.js';
import { THRESHOLDS, tinySamples } from './tiny-market.js';

const MARKET = { seed: 1, days: 12, rowsPerDay: 60, signal: 0.3 };

describe('the fold plan', () => {
  it('tests whole trade dates, each of the later ones exactly once and in order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 40 }), fc.integer({ min: 2, max: 6 }), (days, foldsMin) => {
        const samples = tinySamples({ ...MARKET, days });
        const { folds, shortfall } = planFolds(samples, { ...THRESHOLDS, foldsMin });
        assert.equal(shortfall, null);
        assert.equal(folds.length, foldsMin);
        for (const [index, { testRowFirst, testRowEnd, testTradeDateLast }] of folds.entries()) {
          assert.equal(testRowFirst % MARKET.rowsPerDay, 0);
          assert.equal(testRowEnd, folds[index + 1]?.testRowFirst ?? samples.rows);
          assert.equal(samples.tradeDate[testRowEnd - 1], testTradeDateLast);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('trains on everything before a test block but what its labels reach into', () => {
    const samples = tinySamples(MARKET);
    // The last label of each date now ends with the first sample of the next date.
    for (let row = MARKET.rowsPerDay - 1; row < samples.rows - 1; row += MARKET.rowsPerDay)
      samples.endMs[row] = samples.startMs[row + 1]!;
    const { folds } = planFolds(samples, THRESHOLDS);
    for (const fold of folds) {
      const { train, test } = foldRows(samples, fold, THRESHOLDS);
      assert.equal(fold.purgedRows, 1);
      assert.deepEqual([train.length, test.length], [fold.trainRows, fold.testRowEnd - fold.testRowFirst]);
      assert.equal(train.at(-1), fold.testRowFirst - 2);
    }
  });

  it('falls short in words where there are too few trade dates', () => {
    const { folds, shortfall, tradeDates } = planFolds(tinySamples({ ...MARKET, days: 7 }), THRESHOLDS);
    assert.deepEqual([folds, tradeDates], [[], 7]);
    assert.equal(
      shortfall,
      'Only 7 hours of labelled book data on 7 trade dates: the gate needs at least 6 folds on at least 8 trade dates for F2_dom.',
    );
  });

  it('falls short without any sample', () => {
    const { shortfall } = planFolds(tinySamples({ ...MARKET, head: 'Tick_ML', days: 0 }), THRESHOLDS);
    assert.match(shortfall!, /^No labelled trade data at all: .* for Tick_ML\.$/);
  });

  it('falls short where a test block is too thin, or training lacks a class, naming the fold and its dates', () => {
    const thin = planFolds(tinySamples({ ...MARKET, rowsPerDay: 15 }), THRESHOLDS);
    assert.match(thin.shortfall!, /^Only 15 labelled rows to test in fold 1 of F2_dom \(1970-01-06 to 1970-01-06\)/);
    const oneSided = tinySamples(MARKET);
    oneSided.label.fill(1);
    assert.match(planFolds(oneSided, THRESHOLDS).shortfall!, /^Only 1 of the 2 classes occur in what trains fold 1/);
  });

  it('refuses samples that are not in order of time', () => {
    const samples = tinySamples(MARKET);
    samples.startMs[5] = samples.startMs[4]! - 1;
    assert.throws(() => planFolds(samples, THRESHOLDS), /F2_dom: row 5 starts before row 4/);
  });
});
