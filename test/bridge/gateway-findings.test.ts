import assert from 'node:assert/strict';
import type { OpenOrderReport } from '../../bridge/connection/collect.js';
import { compareWithGateway } from '../../bridge/orders/gateway-findings.js';
import { OrderLedger } from '../../bridge/orders/order-ledger.js';
import { CLIENT_ID } from '../../shared/config/services.js';
import type { JournalEntry } from '../../shared/contract/order-journal.js';

const REF = '00000000-0000-4000-8000-000000000001';
const OWN = { account: 'DU1', localSymbol: 'ESZ6' };
const BEGUN: readonly JournalEntry[] = [
  {
    ...{ kind: 'carry', tradeDate: '2026-01-05', positionContracts: 0, markPrice: null, highestOrderId: 0 },
    ...{ executions: [], haltReasons: {} },
  },
  {
    ...{ kind: 'intent', orderRef: REF, orderId: 7, side: 'BUY', contracts: 2, orderType: 'LMT', limitPrice: 2900 },
    ...{ purpose: 'decision', modelVersion: 1, eventSeq: 7 },
  },
];
const ACKNOWLEDGED: JournalEntry = {
  ...{ kind: 'status', orderRef: REF, permId: 9, status: 'Submitted', filled: 0, remaining: 2 },
};

const open = (orderId: number, permId: number, orderRef = REF, status = 'Submitted') =>
  ({
    orderId,
    contract: { localSymbol: OWN.localSymbol },
    order: { clientId: CLIENT_ID, permId, orderRef },
    state: { status },
  }) as OpenOrderReport;

function found(entries: readonly JournalEntry[], ...openOrders: readonly OpenOrderReport[]) {
  const ledger = new OrderLedger();
  for (const entry of [...BEGUN, ...entries]) ledger.apply(entry);
  const { twins, orphans, missing, settled } = compareWithGateway(ledger, { openOrders, positions: [] }, OWN);
  return {
    ...{ twins: twins.map((one) => [one.orderId, one.order.permId]), orphans: orphans.map(({ orderId }) => orderId) },
    ...{ missing: missing.map(({ orderRef }) => orderRef), settled: settled.map(({ outcome }) => outcome) },
  };
}

describe('what the gateway shows open', () => {
  it('is ours under the reference, the order id and the permId that we know', () => {
    const agreed = { twins: [], orphans: [], missing: [], settled: [] };
    assert.deepEqual(found([ACKNOWLEDGED], open(7, 9)), agreed);
    // The first answer to an order brings its permId; a gateway that has none yet says 0.
    for (const permId of [9, 0]) assert.deepEqual(found([], open(7, permId)), { ...agreed, settled: ['working'] });
    assert.deepEqual(found([ACKNOWLEDGED], open(7, 0)), agreed);
  });

  it('is another order under our reference where its order id is not the one that we gave', () => {
    assert.deepEqual(found([ACKNOWLEDGED], open(7, 9), open(8, 10)).twins, [[8, 10]]);
  });

  it('is another order under our order id where its permId is not the one that we were told', () => {
    assert.deepEqual(found([ACKNOWLEDGED], open(7, 10)).twins, [[7, 10]]);
    const both: JournalEntry = { ...ACKNOWLEDGED, permId: 10 };
    assert.deepEqual(found([ACKNOWLEDGED, both], open(7, 9)).twins, [[7, 9]], 'two have answered to this id');
  });

  it('is an orphan under a reference of no journal, and an order that is not shown is missing', () => {
    const shown = found([ACKNOWLEDGED], open(8, 10, 'of an older home'));
    assert.deepEqual([shown.orphans, shown.missing], [[8], [REF]]);
  });

  it('is nothing where its status says that it is over', () => {
    assert.deepEqual(found([ACKNOWLEDGED], open(7, 9, REF, 'Cancelled')).missing, [REF]);
  });

  it('says what was sent from a slot, where its intent was lost and a side is named', () => {
    const ledger = new OrderLedger();
    const slot: JournalEntry = {
      ...{ kind: 'slot', orderRef: REF, orderId: 7, contractsMax: 5, until: '2026-01-05T21:00:00.000Z' },
    };
    for (const entry of [BEGUN[0]!, slot, { kind: 'link-lost', reason: 'x' } as const]) ledger.apply(entry);
    const told = (more: object, orderId = 7) => {
      const report = open(orderId, 9);
      const openOrders = [{ ...report, order: { ...report.order, ...more } } as OpenOrderReport];
      return compareWithGateway(ledger, { openOrders, positions: [] }, OWN).told;
    };
    const sent = { action: 'SELL', totalQuantity: 2, orderType: 'LMT', lmtPrice: 2900.25 };
    assert.deepEqual(told(sent), [
      {
        ...{ kind: 'intent', orderRef: REF, orderId: 7, side: 'SELL', contracts: 2, orderType: 'LMT' },
        ...{ limitPrice: 2900.25, purpose: 'decision', modelVersion: null, eventSeq: null },
      },
    ]);
    assert.deepEqual(told({ ...sent, action: undefined }), []);
    assert.deepEqual(told(sent, 8), [], 'another order under our reference');
  });
});
