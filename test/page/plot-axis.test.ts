import assert from 'node:assert/strict';
import fc from 'fast-check';
import { linear, roundTicks } from '../../research/page/plot-axis.js';

describe('an axis of a plot', () => {
  it('has a few round values within its range, at equal distances', () => {
    const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(value, fc.double({ min: 1e-3, max: 1e6, noNaN: true }), (low, span) => {
        const ticks = roundTicks(low, low + span, 5);
        assert.ok(ticks.length >= 1 && ticks.length <= 6, `${ticks.length} values`);
        const tolerance = span * 1e-6;
        for (const tick of ticks) assert.ok(tick >= low - tolerance && tick <= low + span + tolerance);
        const steps = ticks.slice(1).map((tick, i) => tick - ticks[i]!);
        for (const step of steps) assert.ok(step > 0 && Math.abs(step - steps[0]!) < tolerance);
      }),
    );
    assert.deepEqual(roundTicks(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
    assert.deepEqual(
      roundTicks(-130, 4900, 5),
      [0, 1000, 2000, 3000, 4000].filter((tick) => tick % 2000 === 0),
    );
  });

  it('puts the ends of the range at the ends of the drawing, also where all values are equal', () => {
    const scale = linear([-2, 6], [100, 20]);
    assert.equal(scale(-2), 100);
    assert.equal(scale(6), 20);
    assert.ok(Number.isFinite(linear([3, 3], [0, 10])(3)));
  });
});
