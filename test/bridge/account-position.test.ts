import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { EventName } from '@stoqey/ib';
import type { GatewaySession } from '../../bridge/connection/session.js';
import { AccountPosition } from '../../bridge/orders/account-position.js';
import { OrderLedger } from '../../bridge/orders/order-ledger.js';

const REF = '00000000-0000-4000-8000-000000000001';
const own = { account: 'DU1000001', localSymbol: 'ESU9' };

/** One order that buys a contract; what the account tells is told by `tell`. */
function withOrder() {
  const ledger = new OrderLedger();
  ledger.apply({
    ...{ kind: 'intent', orderRef: REF, orderId: 1, side: 'BUY', contracts: 1, orderType: 'LMT', limitPrice: 2900 },
    ...{ purpose: 'decision', modelVersion: 1, eventSeq: 1 },
  });
  const ib = new EventEmitter();
  const position = new AccountPosition({
    ...{ own, ledger: () => ledger, answerMs: 1000, isMismatchKnown: () => false, onDoubt: () => {} },
  });
  position.attach({ ib } as unknown as GatewaySession);
  const tell = (contracts: number) => ib.emit(EventName.position, own.account, own, contracts);
  const fill = () =>
    ledger.apply({
      ...{ kind: 'fill', execId: '0001.01', orderRef: REF, permId: 7, side: 'BUY', contracts: 1, price: 2900 },
      ...{ executedAt: '', corrects: null },
    });
  return { position, tell, fill };
}

describe('what the account tells of its position', () => {
  it('is explained by an execution that a live order may still bring, and by one that was counted since', () => {
    const { position, tell, fill } = withOrder();
    tell(1);
    assert.equal(position.isExplained, true);
    fill();
    assert.equal(position.isExplained, true);
  });

  it('is explained where it was told before an execution that is counted since', () => {
    const { position, tell, fill } = withOrder();
    tell(0);
    fill();
    assert.equal(position.isExplained, true);
  });

  it('stays unexplained where an execution that it held already is counted, and another hand had traded as well', () => {
    const { position, tell, fill } = withOrder();
    tell(2);
    assert.equal(position.isExplained, false);
    fill();
    assert.equal(position.isExplained, false);
    tell(1);
    assert.equal(position.isExplained, true);
  });
});
