import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isFinal, nextState, ORDER_STATES, type OrderEvent, type OrderState } from '../../bridge/orders/order-state.js';

const STATUSES = ['PendingSubmit', 'PreSubmitted', 'Submitted', 'PendingCancel', 'Cancelled', 'Filled', 'Inactive'];
const state = fc.constantFrom(...ORDER_STATES);
const status = fc.record({ kind: fc.constant('status' as const), status: fc.constantFrom(...STATUSES, 'Unheard') });
const event: fc.Arbitrary<OrderEvent> = fc.oneof(
  status,
  fc.constantFrom<OrderEvent>(
    { kind: 'sent' },
    { kind: 'not-sent' },
    { kind: 'cancel-asked' },
    { kind: 'rejected' },
    { kind: 'link-lost' },
  ),
);

describe('order states', () => {
  it('leave a final state by no status, repeat, loss of the link or cancel', () => {
    fc.assert(
      fc.property(state.filter(isFinal), event, (before, one) => {
        assert.equal(nextState(before, one), before);
      }),
    );
  });

  it('do not change when an event is told twice', () => {
    fc.assert(
      fc.property(state, event, (before, one) => {
        const once = nextState(before, one);
        assert.equal(nextState(once, one), once);
      }),
    );
  });

  it('never go back to working after a cancel was asked for or the gateway called it filled', () => {
    for (const late of ['PreSubmitted', 'Submitted', 'PendingSubmit']) {
      assert.equal(nextState('cancelling', { kind: 'status', status: late }), 'cancelling');
      assert.equal(nextState('filling', { kind: 'status', status: late }), 'filling');
    }
  });

  it('are unknown after a lost link until they are settled', () => {
    const live: OrderState[] = ['intended', 'sent', 'working', 'cancelling', 'filling'];
    for (const before of live) {
      assert.equal(nextState(before, { kind: 'link-lost' }), 'unknown');
      assert.equal(nextState('unknown', { kind: 'cancel-asked' }), 'unknown');
    }
    assert.equal(nextState('unknown', { kind: 'settled', outcome: 'not-received' }), 'not-received');
    assert.equal(nextState('unknown', { kind: 'settled', outcome: 'cancelled' }), 'cancelled');
    assert.equal(nextState('unknown', { kind: 'settled', outcome: 'working' }), 'working');
  });

  it('work again after a cancel that the gateway, asked anew, knows nothing of', () => {
    assert.equal(nextState('cancelling', { kind: 'settled', outcome: 'working' }), 'working');
  });

  it('come back to life where the gateway shows an order open that was called gone', () => {
    assert.equal(nextState('not-received', { kind: 'settled', outcome: 'working' }), 'working');
    assert.equal(nextState('cancelled', { kind: 'filled-completely' }), 'filled');
  });
});
