import assert from 'node:assert/strict';
import fc from 'fast-check';
import { expectedEdgeTicks } from '../../shared/model/decision/edge.js';
import { ensemble } from '../../shared/model/decision/ensemble.js';
import { decideTarget } from '../../shared/model/decision/policy.js';
import { ENSEMBLE } from '../heads/release-files.js';

const POLICY = {
  entryEdgeTicks: 0.2,
  exitEdgeTicks: 0.1,
  feeTicks: 0.2,
  spreadShare: 1,
  maxSpreadTicks: 2,
  maxPositionContracts: 1,
};
const withPolicy = (policy: object = {}) => ensemble.parse({ ...ENSEMBLE, policy: { ...POLICY, ...policy } });

describe('the decision policy', () => {
  it('enters only where the edge pays for spread, fees and the entry edge', () => {
    const costs = 1 + 2 * 0.2 + 0.2;
    const decide = (edge: number, spread = 1, held = 0) => decideTarget(edge, spread, held, withPolicy());
    assert.deepEqual(decide(costs + 1e-9), { positionContracts: 1, reason: 'enter' });
    assert.deepEqual(decide(-costs - 1e-9), { positionContracts: -1, reason: 'enter' });
    assert.deepEqual(decide(costs - 1e-6), { positionContracts: 0, reason: 'no-edge' });
    assert.deepEqual(decide(0), { positionContracts: 0, reason: 'no-edge' });
    assert.deepEqual(decide(9, 3), { positionContracts: 0, reason: 'wide-spread' });
  });

  it('keeps a position while its edge lasts, leaves when it is gone, turns where the other side pays', () => {
    const decide = (edge: number, held: number, spread = 1) => decideTarget(edge, spread, held, withPolicy());
    assert.deepEqual(decide(0.1, 1), { positionContracts: 1, reason: 'keep' });
    assert.deepEqual(decide(0.09, 1), { positionContracts: 0, reason: 'leave' });
    assert.deepEqual(decide(-0.5, -1), { positionContracts: -1, reason: 'keep' });
    assert.deepEqual(decide(0.5, -1), { positionContracts: 0, reason: 'leave' });
    assert.deepEqual(decide(-5, 1), { positionContracts: -1, reason: 'turn' });
    assert.deepEqual(decide(-5, 1, 3), { positionContracts: 0, reason: 'leave' });
  });

  it('never holds more than allowed, and is the same for both directions', () => {
    const property = fc.property(
      fc.double({ min: -10, max: 10, noNaN: true }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: -4, max: 4 }),
      fc.integer({ min: 1, max: 4 }),
      (edge, spread, held, maxPositionContracts) => {
        const settings = withPolicy({ maxPositionContracts });
        const { positionContracts, reason } = decideTarget(edge, spread, held, settings);
        assert.ok(Math.abs(positionContracts) <= maxPositionContracts);
        const mirrored = decideTarget(-edge, spread, -held, settings);
        assert.deepEqual([mirrored.positionContracts + 0, mirrored.reason], [0 - positionContracts, reason]);
      },
    );
    fc.assert(property, { numRuns: 1000 });
  });

  it('adds up weight x (P(up) - P(down)) x mean move; a head that is not warm adds nothing', () => {
    const settings = withPolicy();
    const row = new Float32Array(1);
    const f2 = { name: 'F2_dom', features: row, probabilities: new Float32Array([0.25, 0.25, 0.5]) } as const;
    const xgb = { name: 'XGB_5m', features: row, probabilities: new Float32Array([0.75, 0.25]) } as const;
    assert.equal(expectedEdgeTicks([f2], settings), 0.5 * 0.25 * 3);
    assert.equal(expectedEdgeTicks([f2, xgb], settings), 0.5 * 0.25 * 3 + 0.2 * -0.5 * 8);
    assert.equal(expectedEdgeTicks([], settings), 0);
  });

  it('refuses weights of more than 1 together, and an exit edge above the entry edge', () => {
    const heavy = { ...ENSEMBLE, weights: { F2_dom: 0.6, XGB_5m: 0.3, Tick_ML: 0.2 } };
    assert.throws(() => ensemble.parse(heavy), /more than 1/);
    assert.throws(() => withPolicy({ exitEdgeTicks: 0.3 }), /left as soon as it is entered/);
  });
});
