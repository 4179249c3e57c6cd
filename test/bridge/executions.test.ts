import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Executions } from '../../bridge/orders/executions.js';

const [ROOTS, REVISIONS] = [4, 3];
const execId = fc
  .tuple(fc.integer({ min: 1, max: ROOTS }), fc.integer({ min: 1, max: REVISIONS }))
  .map(([root, revision]) => `0001.${root}.0${revision}`);
const step = fc.oneof(
  fc.record({ kind: fc.constant('count' as const), execId }),
  fc.record({ kind: fc.constant('carry' as const), execId }),
  fc.record({ kind: fc.constant('charge' as const), execId, cents: fc.integer({ min: 0, max: 500 }) }),
);

describe('executions', () => {
  it('keep the commissions of the reports of today that count, whatever came first and how often', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const executions = new Executions();
        const charged = new Map<string, number>();
        for (const one of steps) {
          const execution = {
            execId: one.execId,
            orderRef: 'A',
            permId: 1,
            side: 'BUY',
            contracts: 1,
            price: 1,
          } as const;
          if (one.kind === 'charge') {
            executions.charge({ execId: one.execId, amount: one.cents });
            charged.set(one.execId, one.cents);
          } else if (one.kind === 'carry') executions.carry(execution);
          else if (executions.judge(one.execId).kind !== 'duplicate') executions.count(execution);
        }
        const today = executions.ofToday().reduce((sum, { execId: id }) => sum + (charged.get(id) ?? 0), 0);
        assert.equal(executions.commissions(), today);
      }),
    );
  });
});
