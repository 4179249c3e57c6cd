import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { OrderJournal } from '../../bridge/orders/order-journal.js';
import { OrderLedger } from '../../bridge/orders/order-ledger.js';
import type { EntryOf, JournalEntry } from '../../shared/contract/order-journal.js';
import { createMarketClock } from '../../shared/market/clock/market-clock.js';
import { atEveryMoment } from '../release/cut-off.js';

const CLOCK = createMarketClock({ kind: 'real' });
const REFS = ['0', '1', '2', '3'].map((digit) => `00000000-0000-4000-8000-00000000000${digit}`);
const STATUSES = ['PendingSubmit', 'PreSubmitted', 'Submitted', 'PendingCancel', 'Cancelled', 'Filled', 'Inactive'];

const orderRef = fc.constantFrom(...REFS);
const execution = fc.record({
  root: fc.integer({ min: 1, max: 9 }),
  revision: fc.integer({ min: 1, max: 3 }),
  ref: orderRef,
  contracts: fc.integer({ min: 1, max: 5 }),
  ticks: fc.integer({ min: 11_000, max: 11_100 }),
});
const fill = execution.map(
  ({ root, revision, ref, contracts, ticks }): JournalEntry => ({
    ...{ kind: 'fill', execId: `0000e0d5.${root}.01.0${revision}`, orderRef: ref, permId: root, executedAt: '' },
    ...{ side: root % 2 === 0 ? 'BUY' : 'SELL', contracts, price: ticks / 4, corrects: null },
  }),
);
const entry: fc.Arbitrary<JournalEntry> = fc.oneof(
  fill,
  fc.record({ kind: fc.constant('sent' as const), orderRef }),
  fc.record({ kind: fc.constant('not-sent' as const), orderRef, reason: fc.constant('x') }),
  fc.record({ kind: fc.constant('cancel' as const), orderRef, reason: fc.constant('x') }),
  fc.record({
    ...{ kind: fc.constant('status' as const), orderRef, status: fc.constantFrom(...STATUSES) },
    ...{ permId: fc.integer({ min: 0, max: 5 }), filled: fc.nat(5), remaining: fc.nat(5) },
  }),
  fc.record({ kind: fc.constant('rejected' as const), orderRef, code: fc.constant(201), text: fc.string() }),
  fc.record({ kind: fc.constant('link-lost' as const), reason: fc.string() }),
  fc.record({
    ...{ kind: fc.constant('settled' as const), orderRef, permId: fc.constant(null) },
    outcome: fc.constantFrom('working' as const, 'cancelled' as const, 'not-received' as const),
  }),
  fc.record({
    ...{ kind: fc.constant('commission' as const), execId: fc.constantFrom('0000e0d5.1.01.01', '0000e0d5.2.01.01') },
    ...{ amount: fc.integer({ min: 1, max: 9 }), currency: fc.constant('USD'), realizedPnl: fc.constant(null) },
  }),
);

const intents = REFS.map(
  (ref, index): JournalEntry => ({
    ...{ kind: 'intent', orderRef: ref, orderId: index + 1, side: 'BUY', contracts: 4, orderType: 'LMT' },
    ...{ limitPrice: 2900, purpose: 'decision', modelVersion: 1, eventSeq: 7 },
  }),
);

const picture = (ledger: OrderLedger) => ({
  orders: ledger.all(),
  position: ledger.positionContracts,
  highest: ledger.highestOrderId,
  executions: ledger.executions.all(),
  pnl: ledger.pnlToday(2950, 50),
});

describe('order journal', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-journal-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('adds up to the same ledger live and when it is read again, whatever was written', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 60 }), (entries) => {
        rmSync(folder, { recursive: true, force: true });
        const live = OrderJournal.open(folder, CLOCK, '2026-01-05');
        for (const one of [...intents, ...entries]) live.append(one, 'later');
        const before = picture(live.ledger);
        live.close();
        const again = OrderJournal.open(folder, CLOCK, '2026-01-05');
        assert.deepEqual(picture(again.ledger), before);
        again.close();
      }),
      { numRuns: 60 },
    );
  });

  it('counts executions and corrections the same in any order and however often they are told', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fill, { selector: (one) => (one.kind === 'fill' ? one.execId : ''), maxLength: 20 }),
        fc.infiniteStream(fc.nat()),
        (fills, randoms) => {
          const shuffled = fills
            .map((one) => ({ one, at: randoms.next().value as number }))
            .sort((a, b) => a.at - b.at);
          const straight = new OrderLedger();
          const mixed = new OrderLedger();
          for (const one of fills) straight.apply(one);
          for (const { one } of [...shuffled, ...shuffled]) mixed.apply(one);
          assert.equal(mixed.positionContracts, straight.positionContracts);
          assert.ok(Math.abs(mixed.pnlToday(2950, 50) - straight.pnlToday(2950, 50)) < 1e-6);
        },
      ),
    );
  });

  it('forgets a torn last line and nothing else', () => {
    const journal = OrderJournal.open(folder, CLOCK, '2026-01-05');
    for (const one of intents) journal.append(one);
    journal.close();
    const file = path.join(folder, 'orders-2026-01-05.jsonl');
    const whole = readFileSync(file, 'utf8');
    for (const cutBytes of [1, 40, 200]) {
      truncateSync(file, Buffer.byteLength(whole) - cutBytes);
      const again = OrderJournal.open(folder, CLOCK, '2026-01-05');
      assert.equal(again.ledger.all().length, intents.length - 1);
      again.append(intents[3]!);
      again.close();
      assert.equal(OrderJournal.open(folder, CLOCK, '2026-01-05').ledger.all().length, intents.length);
    }
  });

  it('refuses a damaged line in the middle, naming file and line', () => {
    const journal = OrderJournal.open(folder, CLOCK, '2026-01-05');
    journal.close();
    appendFileSync(path.join(folder, 'orders-2026-01-05.jsonl'), '{"kind":"fill"}\n');
    assert.throws(() => OrderJournal.open(folder, CLOCK, '2026-01-05'), /orders-2026-01-05\.jsonl \(line 2\)/);
  });

  it('carries position, ids and counted executions into the next trade date', () => {
    const journal = OrderJournal.open(folder, CLOCK, '2026-01-05');
    journal.append(intents[0]!);
    const bought: JournalEntry = {
      ...{ kind: 'fill', execId: 'a.1.01', orderRef: REFS[0]!, permId: 9, side: 'BUY', contracts: 4, price: 2900 },
      ...{ executedAt: '', corrects: null },
    };
    journal.append(bought);
    journal.startTradeDate('2026-01-06', 2910);
    assert.equal(journal.ledger.positionContracts, 4);
    assert.equal(journal.ledger.highestOrderId, 1);
    journal.append(bought);
    assert.equal(journal.ledger.positionContracts, 4, 'told again after the turn of the day');
    assert.equal(journal.ledger.pnlToday(2911, 50), 4 * 50, 'the day counts from its first mark');
    journal.close();
    const again = OrderJournal.open(folder, CLOCK, '2026-01-06');
    assert.equal(again.ledger.positionContracts, 4);
    again.close();
  });

  it('knows an order that is over in the next trade date too: what comes late of it is its own', () => {
    const journal = OrderJournal.open(folder, CLOCK, '2026-01-05');
    const intent = intents[0] as EntryOf<'intent'>;
    const { orderRef, contracts, side } = intent;
    journal.append(intent);
    journal.append({ kind: 'sent', orderRef });
    const late = { kind: 'status', orderRef, permId: 9, remaining: contracts } as const;
    journal.append({ ...late, status: 'Submitted', filled: 0 });
    journal.append({ ...late, status: 'Cancelled', filled: 0 });
    journal.startTradeDate('2026-01-06', 2910);
    journal.startTradeDate('2026-01-07', 2910);
    const readAgain = () => {
      const again = OrderJournal.open(folder, CLOCK, '2026-01-07');
      again.close();
      return again.ledger;
    };
    for (const ledger of [journal.ledger, readAgain()]) {
      assert.equal(ledger.order(orderRef)?.state, 'cancelled');
      assert.deepEqual(ledger.byOrderId(intent.orderId)?.permIds, [9]);
      assert.deepEqual(ledger.live(), []);
    }
    journal.append({ ...late, status: 'Submitted', filled: 0 });
    assert.equal(journal.ledger.openContracts(side), contracts, 'it lives again');
    journal.append({
      ...{ kind: 'fill', execId: 'a.1.01', orderRef, permId: 9, side, contracts, price: 2900 },
      ...{ executedAt: '', corrects: null },
    });
    for (const ledger of [journal.ledger, readAgain()]) {
      assert.equal(ledger.order(orderRef)?.state, 'filled');
      assert.deepEqual([...ledger.haltReasons], [], 'it is no execution of another hand');
    }
    journal.close();
  });

  it('knows position and ids after a kill at any moment of its opening or of the turn of the day', async () => {
    const work = (world: string) => {
      const journal = OrderJournal.open(world, CLOCK, '2026-01-05');
      journal.append({ kind: 'position', positionContracts: 3, reason: 'held before' });
      journal.append(intents[0]!);
      journal.append({ kind: 'rejected', orderRef: REFS[0]!, code: 201, text: '' });
      journal.startTradeDate('2026-01-06', 2910);
      journal.close();
    };
    let positionContracts = 0;
    const moments = await atEveryMoment(
      work,
      (moment) => path.join(folder, String(moment)),
      (world) => {
        const { ledger } = OrderJournal.open(world, CLOCK, '2026-01-06');
        assert.ok(ledger.positionContracts >= positionContracts, 'once it is on disk it stays known');
        positionContracts = ledger.positionContracts;
        if (existsSync(path.join(world, 'orders-2026-01-06.jsonl')) && positionContracts > 0)
          assert.equal(ledger.highestOrderId, 1);
      },
    );
    assert.equal(positionContracts, 3);
    assert.ok(moments >= 12, `only ${moments} moments were tried`);
  });

  it('counts as fresh until something was sent, executed or taken over, whatever else was written', () => {
    const journal = OrderJournal.open(folder, CLOCK, '2026-01-05');
    journal.append({ kind: 'link-lost', reason: 'the very first connection broke' });
    journal.append({ kind: 'halt', code: 'account', reason: 'another login' });
    assert.equal(journal.isFresh, true);
    journal.append({ kind: 'position', positionContracts: 2, reason: 'held before' });
    assert.equal(journal.isFresh, false);
    journal.close();
  });
});
