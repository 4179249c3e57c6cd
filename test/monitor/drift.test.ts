import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { ksP } from '../../research/monitor/drift/kolmogorov.js';
import { movedBetween } from '../../research/monitor/drift/two-samples.js';

const MEASURES = ['psi', 'ks', 'ksP', 'wassersteinSigma', 'js'] as const;

/** Made by others/drift.py with NumPy and SciPy. */
interface Others {
  readonly pairs: readonly ({ what: string; reference: number[]; current: number[] } & Record<
    (typeof MEASURES)[number],
    number
  >)[];
  readonly large: readonly { distance: number; rows: [number, number]; p: number }[];
}

const others = JSON.parse(readFileSync(new URL('./others/drift.json', import.meta.url), 'utf8')) as Others;
const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 });

describe('how far a feature has moved', () => {
  it('is what SciPy says, to twelve digits', () => {
    assert.ok(others.pairs.length > 100);
    for (const { what, reference, current, ...said } of others.pairs) {
      const own = movedBetween(Float64Array.from(reference), Float64Array.from(current))!;
      for (const measure of MEASURES) {
        const [ours, theirs] = [own[measure]!, said[measure]];
        assert.ok(
          Math.abs(ours - theirs) <= 1e-12 * Math.abs(theirs) + 1e-15,
          `${measure} of ${what}, ${reference.length} and ${current.length} rows: ${ours}, not ${theirs}`,
        );
      }
    }
  });

  it('has the p of SciPy, to six digits, for samples that are too large to count', () => {
    for (const { distance, rows, p } of others.large) {
      const own = ksP(distance, ...rows);
      assert.ok(Math.abs(own - p) <= 1e-6 * p, `${distance} of ${rows}: ${own}, not ${p}`);
    }
  });

  it('is nothing between a sample and itself, and the same for both orders where it has none', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        const [left, right] = [Float64Array.from(a), Float64Array.from(b)];
        const self = movedBetween(left, left)!;
        assert.deepEqual([self.psi, self.ks, self.ksP, self.js], [0, 0, 1, 0]);
        assert.equal(movedBetween(left, right)!.ks, movedBetween(right, left)!.ks);
        const { ks, js, ksP: p, psi } = movedBetween(left, right)!;
        for (const share of [ks, p]) assert.ok(share >= 0 && share <= 1);
        assert.ok(psi >= 0 && js >= 0 && js <= Math.sqrt(Math.log(2)) + 1e-12);
      }),
    );
  });

  it('counts what is missing, and has it in no distance', () => {
    const reference = Float64Array.from([1, 2, 3, 4]);
    const current = Float64Array.from([1, Number.NaN, 2, 3, Number.NaN, 4]);
    const own = movedBetween(reference, current)!;
    assert.deepEqual([own.ks, own.missingShare, own.missingShareReference], [0, 1 - 4 / 6, 0]);
    assert.equal(movedBetween(reference, Float64Array.from([Number.NaN])), null);
  });

  it('has no share of a deviation where the reference never moves', () => {
    const own = movedBetween(Float64Array.from([5, 5, 5]), Float64Array.from([6, 6]))!;
    assert.deepEqual([own.wassersteinSigma, own.ks], [null, 1]);
  });
});
