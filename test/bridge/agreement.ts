import assert from 'node:assert/strict';
import type { OrderLedger } from '../../bridge/orders/order-ledger.js';
import { isFinal } from '../../bridge/orders/order-state.js';
import type { Rig } from './rig.js';

/**
 * The journal, read from disk as after a restart, against the gateway's own truth: no order twice, none lost, every
 * execution counted once, the same position, and every order's end known to both.
 */
export function assertAgreement(rig: Rig, ledger = rig.ledger()): OrderLedger {
  const truth = rig.gateway.ledger;
  const intents = new Set(ledger.all().map(({ orderRef }) => orderRef));

  const sent = [...truth.orders.values()].filter(({ clientId }) => clientId === 251);
  const refs = sent.map(({ terms }) => terms.orderRef);
  assert.equal(new Set(refs).size, refs.length, 'no order reached the gateway twice');
  for (const ref of refs) assert.ok(intents.has(ref), `order ${ref} at the gateway is in the journal`);

  const latest = new Map(truth.executions.map((execution) => [rootOf(execution.execId), execution]));
  const counted = ledger.executions.all().map(({ execId, contracts, price }) => ({ execId, contracts, price }));
  const real = [...latest.values()].map(({ execId, shares, priceTicks, contract }) => ({
    ...{ execId, contracts: shares, price: priceTicks * contract.tickSize },
  }));
  const byId = (a: { execId: string }, b: { execId: string }) => (a.execId < b.execId ? -1 : 1);
  assert.deepEqual(counted.sort(byId), real.sort(byId), 'every execution is counted, once, as corrected');

  const position = [...(truth.accounts.values().next().value?.positions.values() ?? [])][0]?.quantity ?? 0;
  assert.equal(ledger.positionContracts, position, 'the position is the one at the gateway');
  const sentByRef = new Map(sent.map((order) => [order.terms.orderRef, order]));
  const live = new Set(truth.live());
  for (const order of ledger.all()) {
    const atGateway = sentByRef.get(order.orderRef);
    const isOver = atGateway === undefined || !live.has(atGateway);
    assert.equal(
      isFinal(order.state),
      isOver,
      `order ${order.orderRef} is ${order.state}, at the gateway ${atGateway?.status}`,
    );
  }
  return ledger;
}

function rootOf(execId: string): string {
  return execId.slice(0, execId.lastIndexOf('.'));
}
