import assert from 'node:assert/strict';
import { readdirSync, readFileSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { OrderLedger } from '../../bridge/orders/order-ledger.js';
import type { EntryOf, JournalEntry } from '../../shared/contract/order-journal.js';
import { assertAgreement } from './agreement.js';
import { DoomedBridge } from './doomed-bridge.js';
import { Rig } from './rig.js';

const REF = '00000000-0000-4000-8000-000000000001';
const slot: EntryOf<'slot'> = {
  ...{ kind: 'slot', orderRef: REF, orderId: 7, contractsMax: 3, until: '2026-01-05T21:00:00.000Z' },
};
const intent: EntryOf<'intent'> = {
  ...{ kind: 'intent', orderRef: REF, orderId: 7, side: 'SELL', contracts: 2, orderType: 'LMT', limitPrice: 2900 },
  ...{ purpose: 'decision', modelVersion: 1, eventSeq: 9 },
};
const lost: JournalEntry = { kind: 'link-lost', reason: 'the bridge was started anew' };
const notReceived: JournalEntry = { kind: 'settled', orderRef: REF, outcome: 'not-received', permId: null };
const fill: JournalEntry = {
  ...{ kind: 'fill', execId: 'a.01', orderRef: REF, permId: 4, side: 'SELL', contracts: 2, price: 2900 },
  ...{ executedAt: '', corrects: null },
};
const ledgerOf = (...entries: JournalEntry[]): OrderLedger => {
  const ledger = new OrderLedger();
  for (const entry of entries) ledger.apply(entry);
  return ledger;
};
const exposure = (ledger: OrderLedger) => [ledger.openContracts('BUY'), ledger.openContracts('SELL')];

describe('a slot that the journal holds open', () => {
  it('is no order for whoever knows that nothing was sent from it, and takes its id', () => {
    const ledger = ledgerOf(slot);
    assert.deepEqual([ledger.live().length, exposure(ledger), ledger.highestOrderId], [0, [0, 0], 7]);
    assert.equal(ledger.slot?.orderRef, REF);
  });

  it('is an order of unknown outcome after a crash, to either side, of its full size', () => {
    const ledger = ledgerOf(slot, lost);
    assert.deepEqual([ledger.order(REF)?.state, exposure(ledger), ledger.slot], ['unknown', [3, 3], null]);
    assert.equal(ledger.byOrderId(7)?.orderRef, REF);
    assert.ok(!ledger.isUntouched);
  });

  it('was nothing where the gateway knows nothing of it, and counts what comes of it all the same', () => {
    const ledger = ledgerOf(slot, lost, notReceived);
    assert.deepEqual([ledger.live().length, exposure(ledger)], [0, [0, 0]]);
    ledger.apply(fill);
    assert.equal(ledger.positionContracts, -2);
  });

  it('is the order that the gateway shows, with what was filled of it before that was known', () => {
    const ledger = ledgerOf(slot, lost, fill, { ...intent, contracts: 3 });
    const { side, contracts, filled, state } = ledger.order(REF)!;
    assert.deepEqual([side, contracts, filled, state], ['SELL', 3, 2, 'working']);
    assert.deepEqual(exposure(ledger), [0, 1]);
    assert.equal(ledgerOf(slot, lost, fill, intent).order(REF)?.state, 'filled');
  });

  it('ends with its intent, or with the word that it was not sent', () => {
    assert.deepEqual(exposure(ledgerOf(slot, intent, lost)), [0, 2]);
    const unused = ledgerOf(slot, { kind: 'not-sent', orderRef: REF, reason: 'its time is over' }, lost);
    assert.deepEqual([unused.live().length, unused.slot], [0, null]);
  });

  it('is carried into the next trade date without a side', () => {
    const ended = ledgerOf(slot, lost, notReceived).ended();
    const carry: JournalEntry = {
      ...{ kind: 'carry', tradeDate: '2026-01-06', positionContracts: 0, markPrice: null, highestOrderId: 7 },
      ...{ executions: [], haltReasons: {}, orders: ended },
    };
    const next = ledgerOf(carry);
    assert.deepEqual([next.order(REF)?.state, next.order(REF)?.side], ['not-received', null]);
  });
});

describe('a power cut between an order and its intent', () => {
  it('leaves the slot, by which the gateway is asked what became of it', async () => {
    const rig = await Rig.start({ config: { risk: { maxPositionContracts: 1 } } });
    rig.toys.arm(await rig.toys.accept(1), 0);
    let bridge = DoomedBridge.spawn(rig);
    try {
      await bridge.untilReady();
      bridge.doom({ step: 'after sent line', occurrence: 2, delayMs: 0 });
      await bridge.untilKilled();
      const cut = cutAfterSlot(rig);
      assert.ok(cut !== null, 'the order left from a slot');
      assert.equal(rig.ledger().order(cut.orderRef), undefined);
      bridge = DoomedBridge.spawn(rig);
      rig.halt();
      await bridge.untilReady();
      await bridge.untilHalted();
      await rig.untilTrue('nothing in flight', () => rig.ledger().live().length === 0);
      const { side, state } = assertAgreement(rig).order(cut.orderRef)!;
      const atGateway = [...rig.gateway.ledger.orders.values()].find(({ terms }) => terms.orderRef === cut.orderRef)!;
      assert.ok(side === null || side === atGateway.side, `${side}, at the gateway ${atGateway.side}`);
      assert.equal(state === 'filled' || state === 'cancelled', true, state);
      await bridge.stop();
    } finally {
      bridge.kill();
      await rig.end();
    }
  }).timeout(120_000);

  /** Takes away what was written since the last slot: the disk was not waited for. @returns the intent that is lost */
  function cutAfterSlot(rig: Rig): EntryOf<'intent'> | null {
    const lines = rig.journal();
    const journals = path.join(rig.broker, 'journal');
    const names = readdirSync(journals, { recursive: true, encoding: 'utf8' });
    const file = path.join(journals, names.find((name) => path.basename(name).startsWith('orders-'))!);
    const at = lines.findLastIndex(({ kind }) => kind === 'slot');
    const lost = lines.slice(at + 1).find((line) => line.kind === 'intent');
    const kept = readFileSync(file, 'utf8')
      .split('\n')
      .slice(0, at + 1)
      .join('\n');
    truncateSync(file, Buffer.byteLength(`${kept}\n`));
    return lost?.orderRef === (lines[at] as EntryOf<'slot'>).orderRef ? lost : null;
  }
});
