import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DiskReserve } from '../../bridge/disk/disk-reserve.js';
import { JournalQueue } from '../../bridge/orders/journal-queue.js';
import { OrderJournal } from '../../bridge/orders/order-journal.js';
import type { EntryOf, JournalEntry } from '../../shared/contract/order-journal.js';
import { createMarketClock } from '../../shared/market/clock/market-clock.js';

const ORDER_REF = '00000000-0000-4000-8000-000000000001';
const INTENT: EntryOf<'intent'> = {
  ...{ kind: 'intent', orderRef: ORDER_REF, orderId: 1, side: 'BUY', contracts: 1, orderType: 'LMT', limitPrice: 2900 },
  ...{ purpose: 'decision', modelVersion: 1, eventSeq: 1 },
};
const FILL: JournalEntry = {
  ...{ kind: 'fill', execId: 'a.1.01', orderRef: ORDER_REF, permId: 5, side: 'BUY', contracts: 1, price: 2900 },
  ...{ executedAt: '', corrects: null },
};

describe('a full disk', () => {
  let folder: string;
  let queue: JournalQueue;
  let isFull: boolean;
  const told: (string | null)[] = [];
  const invalid: string[] = [];
  const behind: string[] = [];
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-full-'));
    isFull = false;
    for (const heard of [told, invalid, behind]) heard.length = 0;
    const journal = OrderJournal.open(folder, createMarketClock({ kind: 'real' }), '2026-01-05');
    const append = journal.append.bind(journal);
    journal.append = (entry, durable) => {
      if (isFull) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      append(entry, durable);
    };
    queue = new JournalQueue(journal, DiskReserve.open(path.join(folder, 'reserve')), {
      onTrouble: (error) => told.push(error?.message ?? null),
      onInvalid: (_entry, error) => invalid.push(error.message),
      onClockBehind: (clockDate, journalDate) => behind.push(`${clockDate} before ${journalDate}`),
    });
    queue.start();
  });
  afterEach(() => {
    queue.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const untilLifted = async () => {
    while (told.at(-1) !== null) await new Promise((resolve) => setTimeout(resolve, 20));
  };

  it('lets no order out whose intent is not on disk, says so, and says when it is over', async () => {
    isFull = true;
    assert.equal(queue.intend(INTENT), false);
    assert.match(told[0] ?? '', /ENOSPC/);
    assert.deepEqual(queue.ledger.all(), []);
    isFull = false;
    assert.equal(queue.intend(INTENT), false, 'not before what waits has been written');
    await untilLifted();
    assert.equal(queue.intend(INTENT), true);
  });

  it('stays in the file of the old trade date while the new one cannot be made, says so, and says when it is over', () => {
    const inTheWay = path.join(folder, 'orders-2026-01-06.jsonl');
    mkdirSync(inTheWay);
    queue.append({ kind: 'position', positionContracts: 2, reason: 'held before' });
    queue.startTradeDate('2026-01-06', 2900);
    assert.match(told.at(-1) ?? '', /orders-2026-01-06/);
    assert.equal(queue.intend(INTENT), true, 'the old file takes lines');
    queue.append({ kind: 'rejected', orderRef: ORDER_REF, code: 201, text: '' });
    rmdirSync(inTheWay);
    queue.startTradeDate('2026-01-06', 2900);
    assert.equal(told.at(-1), null);
    assert.equal(queue.ledger.positionContracts, 2);
    assert.equal(queue.ledger.highestOrderId, 1);
  });

  it('keeps what the gateway reports, in order, and counts it once the disk takes it', async () => {
    assert.equal(queue.intend(INTENT), true);
    isFull = true;
    queue.append(FILL);
    queue.append(FILL);
    queue.append({ kind: 'commission', execId: 'a.1.01', amount: 2.25, currency: 'USD', realizedPnl: null });
    assert.equal(queue.ledger.positionContracts, 0);
    isFull = false;
    await untilLifted();
    assert.equal(queue.ledger.positionContracts, 1);
    assert.equal(queue.ledger.executions.commissions(), 2.25);
    assert.equal(queue.ledger.order(ORDER_REF)?.state, 'filled');
  });

  it('is told apart from a line that no disk should take: that one is named, and nothing waits for it', () => {
    assert.equal(queue.append({ ...FILL, price: Number.NaN }), false);
    assert.equal(queue.intend({ ...INTENT, contracts: 1.5 }), false);
    assert.deepEqual(told, []);
    assert.equal(queue.linesWaiting, 0);
    assert.match(invalid.join('; '), /fill of order .*: price: .*; intent of order .*: contracts: /);
    assert.equal(queue.intend(INTENT), true, 'and the next line is taken');
  });

  it('or a clock that is stepped back make no older file: the clock is told of', () => {
    queue.startTradeDate('2026-01-04', 2900);
    assert.deepEqual(behind, ['2026-01-04 before 2026-01-05']);
    assert.deepEqual(told, []);
  });
});
