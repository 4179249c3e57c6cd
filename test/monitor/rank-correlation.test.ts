import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { rankCorrelations } from '../../research/monitor/drift/rank-correlation.js';

/** Made by others/rank-correlation.py with SciPy. */
const others = JSON.parse(readFileSync(new URL('./others/rank-correlation.json', import.meta.url), 'utf8')) as {
  columns: number[][];
  upperTriangle: number[];
}[];
const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 40 });

describe('rank correlations', () => {
  it('are those of SciPy, to twelve digits', () => {
    for (const { columns, upperTriangle } of others) {
      const own = rankCorrelations(columns.map((column) => Float64Array.from(column)));
      assert.equal(own.length, upperTriangle.length);
      for (const [at, theirs] of upperTriangle.entries())
        assert.ok(Math.abs(own[at]! - theirs) <= 1e-12, `${own[at]}, not ${theirs}`);
    }
  });

  it('are 1 with itself and -1 with what falls, whatever the scale; 0 with what never moves', () => {
    fc.assert(
      fc.property(values, (all) => {
        const column = Float64Array.from(all);
        const [self, falling, constant] = rankCorrelations([
          column,
          column.map((value) => value ** 3),
          column.map((value) => -value),
          column.map(() => 7),
        ]);
        const moves = new Set(column.map((value) => value ** 3)).size === new Set(column).size && new Set(all).size > 1;
        if (moves) assert.ok(Math.abs(self! - 1) < 1e-9 && Math.abs(falling! + 1) < 1e-9);
        assert.equal(constant, 0);
      }),
    );
  });

  it('take what is missing for the middle', () => {
    const [own] = rankCorrelations([Float64Array.from([1, Number.NaN, 3]), Float64Array.from([1, 2, 3])]);
    assert.ok(Math.abs(own! - 1) < 1e-12);
  });
});
