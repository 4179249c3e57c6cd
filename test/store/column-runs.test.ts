import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ColumnRuns } from '../../research/store/column-runs.js';

const steps = fc.array(fc.tuple(fc.nat(60), fc.integer()), { maxLength: 3000 });

describe('a column kept as runs', () => {
  it('writes out the rows that an array of a value for every row holds, from any row on', () => {
    const runs = new ColumnRuns();
    const property = fc.property(fc.integer(), steps, fc.array(fc.nat(), { maxLength: 5 }), (first, rest, places) => {
      const rows: number[] = [];
      runs.clear();
      runs.push(0, first);
      let value = first;
      for (const [length, next] of rest) {
        for (let i = 0; i < length; i++) rows.push(value);
        runs.push(rows.length, next);
        value = next;
      }
      rows.push(value);
      for (const target of [new Float64Array(97), new Int32Array(97)])
        for (const start of [0, ...places.map((place) => place % rows.length)]) {
          const expected = rows.slice(start, start + target.length);
          runs.writeTo(target, start, expected.length);
          assert.deepEqual([...target.subarray(0, expected.length)], expected);
        }
    });
    fc.assert(property, { numRuns: 200 });
  });
});
