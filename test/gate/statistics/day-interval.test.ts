import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ratioInterval, totalInterval } from '../../../research/gate/statistics/day-interval.js';
import { studentTCdf, studentTQuantile } from '../../../research/gate/statistics/student-t.js';
import { seededRandom } from '../../../shared/random.js';
import { close } from './close.js';

describe('an interval over trade dates', () => {
  it("has Student's quantiles, as SciPy's stats.t.ppf", () => {
    for (const [degrees, expected] of [
      [2, 2.919_986],
      [5, 2.015_048],
      [71, 1.666_6],
    ] as const)
      close(studentTQuantile(0.95, degrees), expected, 1e-5);
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        fc.integer({ min: 1, max: 200 }),
        (share, degrees) => close(studentTCdf(studentTQuantile(share, degrees), degrees), share, 1e-6),
      ),
    );
  });

  it('of a total is the usual one of a mean, times the dates', () => {
    // SciPy: stats.t.interval(0.9, 3, mean, stats.sem([1, 2, 4, 8])).
    const { estimate, low, high } = totalInterval([1, 2, 4, 8])!;
    assert.equal(estimate, 15);
    close(low, 4 * 0.107_351, 1e-5);
    close(high, 4 * 7.392_649, 1e-5);
  });

  it('of a ratio is that of a mean where every date has as many rows', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 3, maxLength: 12 }), (values) => {
        const ratio = ratioInterval(
          values.map((value) => 7 * value),
          values.map(() => 7),
        )!;
        const total = totalInterval(values)!;
        assert.ok(Math.abs(ratio.low * values.length - total.low) < 1e-6);
      }),
    );
  });

  it('is missed by the true value no more often than it says, with six dates', () => {
    const random = seededRandom(9);
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    let missed = 0;
    for (let i = 0; i < 4000; i++) {
      const { low, high } = totalInterval(Array.from({ length: 6 }, normal))!;
      if (low > 0 || high < 0) missed++;
    }
    // 10 % of 4000 are 400; 460 would happen by luck once in a thousand times.
    assert.ok(missed < 460, `${missed}`);
  });

  it('is none with two dates', () => assert.equal(totalInterval([1, 2]), null));
});
