import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { EventName } from '@stoqey/ib';
import type { GatewaySession } from '../../bridge/connection/session.js';
import { AccountPosition } from '../../bridge/orders/account-position.js';
import { OrderLedger } from '../../bridge/orders/order-ledger.js';
import type { JournalEntry } from '../../shared/contract/order-journal.js';

const REF = '00000000-0000-4000-8000-000000000001';
const OWN = { account: 'DU1000001', localSymbol: 'ESU9' };

/** A bridge that holds `positionContracts`, and a gateway that tells what it likes. */
function held(positionContracts: number) {
  const begin = () => {
    const ledger = new OrderLedger();
    ledger.apply({
      ...{ kind: 'carry', tradeDate: '2026-01-05', positionContracts, markPrice: null, highestOrderId: 0 },
      ...{ executions: [], haltReasons: {} },
    });
    return ledger;
  };
  let ledger = begin();
  const ib = new EventEmitter();
  const position = new AccountPosition({
    ...{ own: OWN, answerMs: 100, executionsLateMsMax: 1000 },
    ledger: () => ledger,
    isMismatchKnown: () => false,
    onDoubt: () => {},
  });
  position.attach({ ib } as unknown as GatewaySession);
  return {
    isExplained: () => position.isExplained,
    contracts: () => position.contracts,
    tell: (contracts: number) => ib.emit(EventName.position, OWN.account, { localSymbol: OWN.localSymbol }, contracts),
    happen: (...entries: JournalEntry[]) => {
      for (const entry of entries) ledger.apply(entry);
    },
    turnDate: () => {
      ledger = begin();
    },
  };
}

const buys = (contracts: number): JournalEntry => ({
  ...{ kind: 'intent', orderRef: REF, orderId: 1, side: 'BUY', contracts, orderType: 'LMT', limitPrice: 2900 },
  ...{ purpose: 'decision', modelVersion: 1, eventSeq: 7 },
});
const fill = (contracts: number): JournalEntry => ({
  ...{ kind: 'fill', execId: 'a.01', orderRef: REF, permId: 9, side: 'BUY', contracts, price: 2900 },
  ...{ executedAt: '', corrects: null },
});

describe('a position that the account tells', () => {
  it('is what it told last, and explained by nothing, after a word that cannot be read', () => {
    const { isExplained, contracts, tell } = held(0);
    tell(-3);
    for (const odd of [Number.NaN, undefined as unknown as number, 0.5]) {
      tell(odd);
      assert.equal(contracts(), -3, 'three contracts have to be closed all the same');
      assert.equal(isExplained(), false);
    }
    tell(0);
    assert.equal(isExplained(), true);
    tell(Number.NaN);
    assert.equal(isExplained(), false, 'nobody knows what it was about to say');
  });

  it('is explained by what is known, and by what a live order may still bring, and by nothing before it was told', () => {
    const { isExplained, tell, happen } = held(1);
    assert.equal(isExplained(), false);
    tell(1);
    assert.equal(isExplained(), true);
    tell(3);
    assert.equal(isExplained(), false);
    happen(buys(2));
    assert.equal(isExplained(), true);
  });

  it('may be older than an execution that was counted since, or know it already', () => {
    for (const told of [1, 2, 3]) {
      const { isExplained, tell, happen } = held(1);
      happen(buys(2));
      tell(told);
      happen(fill(2));
      assert.equal(isExplained(), true, `told ${told}`);
    }
  });

  it('stays unexplained when an execution is counted that cannot have made it', () => {
    const { isExplained, tell, happen } = held(-1);
    happen(buys(1));
    tell(-3);
    happen(fill(1));
    assert.equal(isExplained(), false);
  });

  it('stays unexplained when the trade date turns', () => {
    const { isExplained, tell, turnDate } = held(1);
    tell(3);
    turnDate();
    assert.equal(isExplained(), false);
    tell(1);
    assert.equal(isExplained(), true);
  });
});
