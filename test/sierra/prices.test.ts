import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decimalOfFloat32, pointsOf } from '../../shared/market/sierra/sierra-file.js';

describe("prices in Sierra Chart's files", () => {
  it('have one zero', () => {
    for (const scale of [1, 0.01]) assert.ok(Object.is(pointsOf(-0, scale), 0));
  });

  it('are the decimals that they were before they became 32 bits', () => {
    const decimal = fc.tuple(fc.integer({ min: -999_999, max: 999_999 }), fc.nat(5));
    fc.assert(
      fc.property(decimal, ([mantissa, decimals]) => {
        const price = mantissa / 10 ** decimals;
        assert.equal(decimalOfFloat32(Math.fround(price)), price);
      }),
      { numRuns: 2000 },
    );
  });
});
