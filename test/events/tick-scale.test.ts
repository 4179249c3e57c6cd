import assert from 'node:assert/strict';
import fc from 'fast-check';
import { TickScale } from '../../shared/market/events/tick-scale.js';

describe('prices as whole ticks', () => {
  it('come back as the ticks they were, for every usual tick size', () => {
    const tickSize = fc.constantFrom(0.25, 0.01, 0.1, 0.005, 0.00005, 0.0000005, 0.015625, 1 / 128, 1, 5, 12.5);
    const property = fc.property(tickSize, fc.integer({ min: -2_000_000_000, max: 2_000_000_000 }), (size, ticks) => {
      const scale = new TickScale(size);
      assert.equal(scale.ticksOf(scale.priceOf(ticks)), ticks);
    });
    fc.assert(property, { numRuns: 2000 });
  });

  it('are refused between two ticks, and where they are no numbers', () => {
    const scale = new TickScale(0.25);
    for (const price of [2926.1, 0.2500000001, 1e300, Number.NaN, Number.POSITIVE_INFINITY])
      assert.ok(Number.isNaN(scale.ticksOf(price)), String(price));
    assert.equal(new TickScale(0.1).ticksOf(0.3), 3);
  });

  it('need a tick size that is a positive decimal', () => {
    for (const size of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      assert.throws(() => new TickScale(size), /is no tick size/);
  });
});
