import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  isFinal,
  isLive,
  nextState,
  ORDER_STATES,
  type OrderEvent,
  type OrderState,
} from '../../bridge/orders/order-state.js';

const STATUSES = ['PendingSubmit', 'PreSubmitted', 'Submitted', 'PendingCancel', 'Cancelled', 'Filled', 'Inactive'];
const state = fc.constantFrom(...ORDER_STATES);
const status = fc.record({
  kind: fc.constant('status' as const),
  status: fc.constantFrom(...STATUSES, 'Unheard'),
  executionsMissing: fc.boolean(),
  isWhole: fc.boolean(),
});
/** Once executions have come they are not missing any more: two tellings of one status say the same. */
const told = (word: string, executionsMissing = false) => ({
  kind: 'status' as const,
  status: word,
  executionsMissing,
  isWhole: false,
});
const ALIVE = ['PendingSubmit', 'PreSubmitted', 'Submitted', 'PendingCancel'];
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
  it('leave a whole fill by no status, repeat, refusal, loss of the link or cancel', () => {
    fc.assert(
      fc.property(event, (one) => {
        assert.equal(nextState('filled', one), 'filled');
      }),
    );
  });

  it('leave another final state only by a word that the order lives, or that more of it is filled than is known', () => {
    fc.assert(
      fc.property(state.filter(isFinal), event, (before, one) => {
        const after = nextState(before, one);
        const isNews = one.kind === 'status' && (ALIVE.includes(one.status) || one.executionsMissing);
        if (!isNews) assert.equal(after, before);
        else if (before !== 'filled') assert.ok(isLive(after), `${before}, ${one.status}: ${after}`);
      }),
    );
  });

  it('do not believe that an order is over while executions are missing that a status has reported', () => {
    for (const word of ['Cancelled', 'ApiCancelled', 'Filled'])
      for (const before of ['working', 'cancelling', 'unknown'] as const)
        assert.equal(nextState(before, told(word, true)), 'filling');
    assert.equal(nextState('filling', { kind: 'executions-complete' }), 'cancelled');
    assert.equal(nextState('cancelling', told('Cancelled')), 'cancelled');
  });

  it('do not take a refusal for an end: a refused order may come back', () => {
    for (const before of ['sent', 'working', 'cancelling'] as const) {
      assert.equal(nextState(before, { kind: 'rejected' }), 'unknown');
      assert.equal(nextState(before, told('Inactive')), 'unknown');
    }
    assert.equal(nextState('unknown', { kind: 'settled', outcome: 'rejected' }), 'rejected');
    assert.equal(nextState('rejected', told('Submitted')), 'working');
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
      assert.equal(nextState('cancelling', told(late)), 'cancelling');
      assert.equal(nextState('filling', { ...told(late), isWhole: true }), 'filling');
    }
  });

  it('are working again where one works of which a part was filled when it was called cancelled', () => {
    assert.equal(nextState('filling', told('Submitted', true)), 'working');
    assert.equal(nextState('filling', told('PendingSubmit', true)), 'filling');
  });

  it('are unknown to a bridge that was started anew until they are settled', () => {
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
