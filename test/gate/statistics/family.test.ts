import assert from 'node:assert/strict';
import fc from 'fast-check';
import { combinedP, holm } from '../../../research/gate/statistics/family.js';
import { seededRandom } from '../../../shared/random.js';
import { close } from './close.js';

describe('a family of tests', () => {
  it('is adjusted as in the worked example of R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm")', () => {
    const adjusted = holm([0.01, 0.04, 0.03, 0.005].map((p) => ({ p, weight: 1 })));
    for (const [at, expected] of [0.03, 0.06, 0.06, 0.02].entries()) close(adjusted[at]!, expected, 1e-12);
  });

  it('gives a test the share of the level that its weight is', () => {
    const [heavy, light] = holm([
      { p: 0.03, weight: 3 },
      { p: 0.03, weight: 1 },
    ]);
    close(heavy!, 0.04, 1e-12);
    close(light!, 0.04, 1e-12);
  });

  it('adjusts upwards only, keeps the order of p over weight, and knows nothing of the order of the tests', () => {
    const test = fc.record({
      p: fc.double({ min: 0, max: 1, noNaN: true }),
      weight: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(fc.array(test, { minLength: 1, maxLength: 8 }), (tests) => {
        const adjusted = holm(tests);
        for (const [at, one] of tests.entries()) {
          assert.ok(adjusted[at]! >= Math.min(1, one.p) - 1e-12);
          for (const [other, another] of tests.entries())
            if (one.p / one.weight < another.p / another.weight) assert.ok(adjusted[at]! <= adjusted[other]!);
        }
        assert.deepEqual(holm([...tests].reverse()), adjusted.reverse());
      }),
    );
  });

  it('calls nothing true false more often than the level says, whatever the weights', () => {
    const random = seededRandom(11);
    let called = 0;
    for (let i = 0; i < 4000; i++) {
      const p = [random(), random(), random()];
      const family = [...p, combinedP(p)].map((one, at) => ({ p: one, weight: at === 3 ? 3 : 1 }));
      if (holm(family).some((one) => one < 0.08)) called++;
    }
    // 8 % of 4000 are 320; 370 would happen by luck once in a thousand times.
    assert.ok(called < 370, `${called}`);
  });

  it('shows together what none shows alone, and equals a single test of itself', () => {
    close(combinedP([0.3]), 0.3, 1e-9);
    close(combinedP([0.5, 0.5]), 0.5, 1e-9);
    // Three tests at z = 1 are one at z = sqrt(3).
    close(combinedP([0.158_655, 0.158_655, 0.158_655]), 0.041_632, 1e-4);
    assert.ok(combinedP([0, 1]) > 0.49 && combinedP([0, 1]) < 0.51);
  });
});
