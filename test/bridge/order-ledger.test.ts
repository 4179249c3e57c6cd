import assert from 'node:assert/strict';
import { actionFor } from '../../bridge/decide/trader.js';
import { OrderLedger } from '../../bridge/orders/order-ledger.js';
import type { EntryOf, JournalEntry } from '../../shared/contract/order-journal.js';
import type { Decision } from '../../shared/model/decision/decision.js';

const REF = '00000000-0000-4000-8000-000000000001';
const carry = (changes: Partial<EntryOf<'carry'>> = {}): EntryOf<'carry'> => ({
  ...{ kind: 'carry', tradeDate: '2026-01-05', positionContracts: 0, markPrice: null, highestOrderId: 0 },
  ...{ executions: [], haltReasons: {}, ...changes },
});
const intent = (changes: Partial<EntryOf<'intent'>> = {}): EntryOf<'intent'> => ({
  ...{ kind: 'intent', orderRef: REF, orderId: 1, side: 'BUY', contracts: 100, orderType: 'LMT', limitPrice: 2900 },
  ...{ purpose: 'decision', modelVersion: 1, eventSeq: 7, ...changes },
});
const status = (word: string, filled = 0): EntryOf<'status'> => ({
  ...{ kind: 'status', orderRef: REF, permId: 9, status: word, filled, remaining: 100 - filled },
});
const fill = (root: string, contracts: number, price = 2900): EntryOf<'fill'> => ({
  ...{ kind: 'fill', execId: `${root}.01`, orderRef: REF, permId: 9, side: 'BUY', contracts, price },
  ...{ executedAt: '', corrects: null },
});
const ledgerOf = (...entries: JournalEntry[]): OrderLedger => {
  const ledger = new OrderLedger();
  for (const entry of entries) ledger.apply(entry);
  return ledger;
};
const stateAfter = (...entries: JournalEntry[]) => ledgerOf(carry(), intent(), ...entries).order(REF)!.state;

describe('what the journal adds up to', () => {
  it('counts as exposure what a status says was filled until the executions say the same', () => {
    const claimed = [carry(), intent(), status('Submitted'), status('Cancelled', 85)];
    const ledger = ledgerOf(...claimed);
    assert.equal(ledger.order(REF)?.state, 'filling');
    assert.equal(ledger.openContracts('BUY'), 85);
    const partly = ledgerOf(...claimed, fill('a', 80));
    assert.equal(partly.openContracts('BUY'), 5);
    const wholly = ledgerOf(...claimed, fill('a', 80), fill('b', 5));
    assert.equal(wholly.order(REF)?.state, 'cancelled');
    assert.deepEqual([wholly.openContracts('BUY'), wholly.positionContracts], [0, 85]);
  });

  it('takes a cancelled order for filling again where a later status claims more than was executed', () => {
    assert.equal(stateAfter(status('Submitted'), status('Cancelled'), status('Cancelled', 85)), 'filling');
  });

  it('believes no longer that an order is cancelled once it works again, also while its executions are still to come', () => {
    const back = [carry(), intent(), status('Submitted'), status('Cancelled', 85), status('Submitted', 85)];
    assert.equal(ledgerOf(...back).order(REF)?.state, 'working');
    const executed = ledgerOf(...back, fill('a', 85));
    assert.equal(executed.order(REF)?.state, 'working');
    assert.equal(executed.openContracts('BUY'), 15);
    // Nothing is left of one that was reported as filled: what is told of it later is a repetition.
    assert.equal(stateAfter(status('Filled', 100), status('Submitted', 40)), 'filling');
  });

  it('takes up an order again that was called gone, whatever it was called', () => {
    const settled = (outcome: EntryOf<'settled'>['outcome']): JournalEntry => ({
      ...{ kind: 'settled', orderRef: REF, outcome, permId: null },
    });
    for (const outcome of ['cancelled', 'rejected', 'not-received'] as const)
      assert.equal(stateAfter({ kind: 'sent', orderRef: REF }, settled(outcome), status('Submitted')), 'working');
    const revived = ledgerOf(carry(), intent(), status('Cancelled'), status('Submitted'));
    assert.equal(revived.openContracts('BUY'), 100);
  });

  it('keeps a refused order live, with all that it may still fill, until the gateway was asked', () => {
    for (const refusal of [
      status('Inactive'),
      { kind: 'rejected', orderRef: REF, code: 201, text: 'no' },
    ] satisfies JournalEntry[]) {
      const ledger = ledgerOf(carry(), intent(), status('Submitted'), refusal);
      assert.equal(ledger.order(REF)?.state, 'unknown');
      assert.equal(ledger.openContracts('BUY'), 100);
      assert.notEqual(ledger.order(REF)?.refusal, null);
    }
  });

  it('takes a busted trade back, and counts none that is told only afterwards', () => {
    const bust: JournalEntry = { kind: 'bust', execId: 'a.02', corrects: 'a.01' };
    const ledger = ledgerOf(carry(), intent(), fill('a', 40), fill('b', 60, 2901), bust);
    assert.equal(ledger.positionContracts, 60);
    assert.equal(ledger.pnlToday(2901, 50), 0);
    assert.equal(ledger.order(REF)?.state, 'unknown');
    assert.equal(ledgerOf(carry(), intent(), { ...bust, corrects: null }, fill('a', 40)).positionContracts, 0);
    // No status had claimed the fill: there is no claim to take back.
    assert.equal(ledger.live()[0]?.reportedFilled, 0);
  });

  it('values a position that was carried into the day at the mark on record, never at the price of now', () => {
    assert.equal(ledgerOf(carry({ positionContracts: 2, markPrice: 2900 })).pnlToday(2700, 50), -20_000);
    const unmarked = ledgerOf(carry({ positionContracts: 2 }));
    assert.equal(unmarked.lacksMark, true);
    assert.ok(Number.isNaN(unmarked.pnlToday(2700, 50)));
    const marked = ledgerOf(
      carry({ positionContracts: 2 }),
      { kind: 'mark', price: 2900 },
      { kind: 'mark', price: 2700 },
    );
    assert.equal(marked.pnlToday(2700, 50), -20_000, 'the first mark counts');
  });

  it('values what an operator takes over at the price of that moment', () => {
    const taken: JournalEntry = { kind: 'position', positionContracts: 3, reason: 'x', price: 2800 };
    const ledger = ledgerOf(carry({ positionContracts: 2, markPrice: 2900 }), taken);
    assert.deepEqual([ledger.positionContracts, ledger.pnlToday(2800, 50)], [3, -10_000]);
  });

  it('remembers that a position has to be closed until it was seen flat, over the turn of the date as well', () => {
    const halted: JournalEntry = { kind: 'halt', code: 'daily-loss', reason: 'x' };
    assert.deepEqual([...ledgerOf(carry(), halted).closingCodes], ['daily-loss']);
    assert.deepEqual([...ledgerOf(carry(), halted, { kind: 'flat' }).closingCodes], []);
    assert.equal(ledgerOf(carry(), halted, { kind: 'flat' }).haltReasons.size, 1, 'the halt itself stays');
    assert.deepEqual([...ledgerOf(carry(), halted, { kind: 'resume', code: 'daily-loss', by: 'x' }).closingCodes], []);
    assert.deepEqual([...ledgerOf(carry({ closing: ['flatten'] })).closingCodes], ['flatten']);
    assert.deepEqual([...ledgerOf(carry(), { kind: 'halt', code: 'reject-burst', reason: 'x' }).closingCodes], []);
  });

  it('halts for a trade of another hand also where the process ended before the halt was written down', () => {
    const foreign = { ...fill('f', 2), orderRef: null };
    const halted: JournalEntry = { kind: 'halt', code: 'foreign-execution', reason: 'x' };
    const resumed: JournalEntry = { kind: 'resume', code: 'foreign-execution', by: 'x' };
    const owed = (...entries: JournalEntry[]) => {
      const ledger = ledgerOf(carry(), ...entries);
      return [[...ledger.haltReasons.keys()], ledger.isOwed('foreign-execution')];
    };
    assert.deepEqual(owed(foreign), [['foreign-execution'], true]);
    assert.deepEqual(owed(foreign, halted), [['foreign-execution'], false]);
    assert.deepEqual(owed(foreign, halted, resumed), [[], false]);
    assert.deepEqual(owed(halted, foreign), [['foreign-execution'], false]);
    assert.deepEqual(owed({ ...foreign, corrects: 'f.01' }), [[], false], 'a correction is told as one');
  });
});

describe('a decision that fills late', () => {
  it('is closed again where it fills after the position was seen flat under a halt that closes', () => {
    const halted: JournalEntry = { kind: 'halt', code: 'daily-loss', reason: 'x' };
    const flat = [carry(), intent(), status('Cancelled'), halted, { kind: 'flat' }] satisfies JournalEntry[];
    assert.deepEqual([...ledgerOf(...flat, fill('a', 4)).closingCodes], ['daily-loss']);
    const ofAnEarlierDate = { ...fill('a', 4), orderRef: null, isOwn: true };
    assert.deepEqual([...ledgerOf(...flat, ofAnEarlierDate).closingCodes], ['daily-loss']);
    const byHand = { ...fill('a', 4), orderRef: null };
    assert.deepEqual([...ledgerOf(...flat, byHand).closingCodes], [], 'what a person trades by hand is theirs');
  });
});

describe('what a decision does', () => {
  const decision = (reason: Decision['reason'], targetContracts: number) =>
    ({ reason, targetContracts, seq: 8 }) as Decision;
  const context = (ledger: OrderLedger, mustEnterAnew = false) => ({
    ...{ ledger, bid: 2900, ask: 2900.25, modelVersion: 1, maxOrderSizeContracts: 10, mustEnterAnew },
  });

  it('never touches an order that closes the position', () => {
    const ledger = ledgerOf(carry(), intent({ purpose: 'flatten', side: 'SELL' }), status('Submitted'));
    assert.deepEqual(actionFor(decision('enter', 1), context(ledger)), { kind: 'nothing' });
    assert.equal(
      actionFor(decision('enter', 1), context(ledgerOf(carry(), intent(), status('Submitted')))).kind,
      'cancel',
    );
  });

  it('opens nothing by merely keeping a target after a close or a halt came between', () => {
    const flat = ledgerOf(carry());
    assert.equal(actionFor(decision('keep', 1), context(flat, true)).kind, 'nothing');
    assert.equal(actionFor(decision('enter', 1), context(flat, true)).kind, 'place');
    assert.equal(actionFor(decision('keep', 1), context(flat, false)).kind, 'place');
  });
});
