import assert from 'node:assert/strict';
import type { z } from 'zod';
import { measurement } from '../../research/evidence/measurement.js';
import { foldPlan } from '../../research/gate/fold-contract.js';
import { gateReason } from '../../research/gate/report.js';
import { storedPlan } from '../../research/ship/ship-plan.js';
import { decisionLogLine } from '../../shared/contract/decision-log.js';
import { swapRecord } from '../../shared/contract/swap-record.js';
import { ensemble } from '../../shared/model/decision/ensemble.js';
import { BASE_RECIPE } from '../../shared/model/heads/definitions/head-definition.js';
import { goldenRows } from '../../shared/model/heads/golden-rows.js';
import { headName } from '../../shared/model/heads/head.js';
import { HEAD_NAMES } from '../../shared/model/heads/head-specs.js';

const AT = '2026-01-05T15:00:00.000Z';
const SHA = 'ab'.repeat(32);
const recipe = BASE_RECIPE;
const said = { kind: 'believe.measurement', version: 1, shipId: 'ship/a' };
const each = <T>(heads: readonly string[], value: T) => Object.fromEntries(heads.map((head) => [head, value]));

/** Everything that names heads and is read again later, of any list of them. */
const RECORDS: readonly (readonly [string, z.ZodType, (heads: readonly string[]) => object])[] = [
  [
    'a swap',
    swapRecord,
    (heads) => ({
      ...{ v: 1, shipId: 'ship/a', outcome: 'swapped', marketTime: AT, wallTime: AT, modelVersion: 1, counter: 1 },
      ...{ payloadSha256: SHA, priorModelVersion: null, goldenRowsChecked: 64, afterEventSeq: 12 },
      heads: heads.map((name) => ({ name, onnxSha256: SHA })),
    }),
  ],
  [
    'a decision',
    decisionLogLine,
    (heads) => ({
      ...{ v: 1, kind: 'decision', seq: 1, ts: '1', spreadTicks: 1, edgeTicks: 0, targetContracts: 0 },
      ...{ reason: 'no-edge', outputs: heads.map((name) => ({ name, features: '', probabilities: '' })) },
    }),
  ],
  [
    'an ensemble',
    ensemble,
    (heads) => ({
      ...{ v: 1, weights: each(heads, 0.1), meanAbsMoveTicks: each(heads, 2) },
      policy: {
        ...{ entryEdgeTicks: 0.1, exitEdgeTicks: 0, feeTicks: 0, spreadShare: 1 },
        ...{ maxSpreadTicks: 3, maxPositionContracts: 1 },
      },
    }),
  ],
  [
    'golden rows',
    goldenRows,
    (heads) => ({ v: 1, heads: each(heads, { rows: 1, columns: 1, classes: 2, inputs: '', outputs: '' }) }),
  ],
  [
    'a measured candidate',
    measurement,
    (heads) => ({
      ...{ ...said, what: 'candidate', candidateSha256: SHA },
      heads: heads.map((head) => ({ head, onnxSha256: SHA })),
    }),
  ],
  [
    'a measured head',
    measurement,
    (heads) => ({
      ...{ ...said, what: 'head', head: heads.at(-1), samplesSha256: SHA, recipeSha256: SHA, onnxSha256: SHA },
    }),
  ],
  [
    'a plan of folds',
    foldPlan,
    (heads) => ({
      ...{ head: heads.at(-1), rows: 1, tradeDates: 1, minutes: 1, folds: [], shortfall: 'too few' },
      ...{ files: null, earlyLabels: 0, hole: null, drift: [] },
    }),
  ],
  [
    'a reason of the gate',
    gateReason,
    (heads) => ({ rule: 'data', sentence: 'No rows.', value: null, threshold: null, head: heads.at(-1) }),
  ],
  ['the recipes of a ship', storedPlan.pick({ recipes: true }), (heads) => ({ recipes: each(heads, recipe) })],
];

describe('what names the heads of a release', () => {
  const lists = [HEAD_NAMES.slice(0, 2), HEAD_NAMES, [...HEAD_NAMES, 'Bars_30m'], ['Another1', 'other_2']];
  for (const [what, contract, recordOf] of RECORDS)
    it(`is read and written as it is, whichever they are: ${what}`, () => {
      for (const heads of lists) {
        const text = JSON.stringify(recordOf(heads));
        const read = contract.safeParse(JSON.parse(text));
        assert.ok(read.success, read.error?.message);
        assert.deepEqual(read.data, JSON.parse(text));
        for (const name of ['../up', 'constructor'])
          assert.ok(!contract.safeParse(JSON.parse(JSON.stringify(recordOf([name])))).success, name);
      }
    });

  it('are names that can be a file and a property anywhere', () => {
    for (const name of [...HEAD_NAMES, 'a', 'A1_b', 'x'.repeat(32)]) assert.equal(headName.parse(name), name);
    const wrong = ['', '1a', '_a', 'a-b', 'a.b', 'a/b', 'a b', 'x'.repeat(33), 'toString', '__proto__', 'valueOf', 7];
    for (const name of wrong) assert.ok(!headName.safeParse(name).success, String(name));
  });
});
