import assert from 'node:assert/strict';
import { dayBootstrap } from '../../../research/gate/statistics/day-bootstrap.js';
import { seededRandom } from '../../../research/random.js';

const mean = (values: readonly number[]) => (timesDrawn: Uint32Array) =>
  values.reduce((sum, value, day) => sum + timesDrawn[day]! * value, 0) / values.length;
const PLAN = { draws: 2000, seed: 1, level: 0.05 };

describe('the day-block bootstrap', () => {
  it('gives the same interval for the same seed, and another for another', () => {
    const days = [3, -1, 4, 1, -5, 9, 2, 6];
    assert.deepEqual(dayBootstrap(8, mean(days), PLAN), dayBootstrap(8, mean(days), PLAN));
    assert.notDeepEqual(dayBootstrap(8, mean(days), PLAN), dayBootstrap(8, mean(days), { ...PLAN, seed: 2 }));
  });

  it('estimates with every date drawn once, and brackets it', () => {
    const days = [3, -1, 4, 1, -5, 9, 2, 6];
    const { estimate, low, high } = dayBootstrap(8, mean(days), PLAN);
    assert.equal(estimate, 19 / 8);
    assert.ok(low < estimate && estimate < high);
  });

  it('has no width where all dates are alike', () => {
    assert.deepEqual(dayBootstrap(6, mean([2, 2, 2, 2, 2, 2]), PLAN), { estimate: 2, low: 2, high: 2 });
  });

  it('covers the true mean about as often as it says', () => {
    const random = seededRandom(5);
    let above = 0;
    for (let run = 0; run < 200; run++) {
      const days = Array.from({ length: 60 }, () => random() - 0.5);
      if (dayBootstrap(60, mean(days), { draws: 400, seed: run, level: 0.05 }).low > 0) above++;
    }
    assert.ok(above >= 3 && above <= 20, `${above} of 200 bounds lie above the true mean, 10 expected`);
  });

  it('refuses to draw from no dates', () => {
    assert.throws(() => dayBootstrap(0, () => 0, PLAN), /at least one trade date/);
  });
});
