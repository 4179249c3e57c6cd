import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DiskReserve, RESERVE_BYTES } from '../../bridge/disk/disk-reserve.js';
import { JournalQueue } from '../../bridge/orders/journal-queue.js';
import { OrderJournal } from '../../bridge/orders/order-journal.js';
import type { EntryOf, JournalEntry } from '../../shared/contract/order-journal.js';
import { createMarketClock } from '../../shared/market/clock/market-clock.js';
import { SmallDisk } from './small-disk.js';

const refOf = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
const intent = (n: number, purpose: 'decision' | 'flatten'): EntryOf<'intent'> => ({
  ...{ kind: 'intent', orderRef: refOf(n), orderId: n, side: purpose === 'flatten' ? 'SELL' : 'BUY', contracts: 1 },
  ...{ orderType: 'MKT', limitPrice: null, purpose, modelVersion: null, eventSeq: null },
});
const fill = (n: number, side: 'BUY' | 'SELL'): JournalEntry => ({
  ...{ kind: 'fill', execId: `a.${n}.01`, orderRef: refOf(n), permId: n, side, contracts: 1, price: 2900 },
  ...{ executedAt: '', corrects: null },
});

/** Lines of a hundred and thirty bytes. */
const MORE_THAN_HALF = 1300;

describe('the room kept for closing orders, on a file system (tmpfs) that is full', () => {
  let folder: string;
  let disk: SmallDisk;
  let queue: JournalQueue;
  const told: (string | null)[] = [];
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-reserve-'));
    disk = SmallDisk.mount(folder, 1);
    told.length = 0;
    queue = open();
  });
  afterEach(() => {
    disk.makeRoom();
    queue.close();
    disk.unmount();
    rmSync(folder, { recursive: true, force: true });
  });

  function open(): JournalQueue {
    const journal = OrderJournal.open(folder, createMarketClock({ kind: 'real' }), '2026-01-05');
    const opened = new JournalQueue(journal, DiskReserve.open(path.join(folder, 'reserve')), {
      onTrouble: (error) => told.push(error?.message ?? null),
      onInvalid: (_entry, error) => assert.fail(error),
      onClockBehind: () => assert.fail('the clock stands still'),
    });
    opened.start();
    return opened;
  }
  const reserveBytes = () => statSync(path.join(folder, 'reserve')).size;
  const untilLifted = async () => {
    while (told.at(-1) !== null) await sleep(20);
  };
  /** Until the journal's own last block is full too. */
  const untilFull = () => {
    disk.fill();
    while (told.length === 0) queue.append({ kind: 'link-lost', reason: 'again and again' }, 'later');
  };

  it('lets a closing order out after all that waited before it, and no decision', async () => {
    assert.equal(queue.intend(intent(1, 'decision')), true);
    untilFull();
    assert.match(told[0] ?? '', /ENOSPC/);
    queue.append(fill(1, 'BUY'));
    queue.append({ kind: 'halt', code: 'flatten', reason: 'drill' });
    assert.equal(queue.intend(intent(2, 'decision')), false);
    assert.equal(queue.intend(intent(3, 'flatten')), true);
    assert.equal(queue.ledger.positionContracts, 1, 'what the gateway had reported came first');
    assert.equal(queue.linesWaiting, 0);
    queue.append(fill(3, 'SELL'));
    assert.equal(queue.intend(intent(4, 'flatten')), true);
    assert.equal(queue.ledger.positionContracts, 0);
    disk.makeRoom();
    await untilLifted();
    assert.equal(reserveBytes(), RESERVE_BYTES, 'and is kept again once there is room');
    assert.equal(queue.intend(intent(5, 'decision')), true);
  });

  it('is not used up by reports: half of it stays for closing', async () => {
    untilFull();
    for (let i = 0; i < MORE_THAN_HALF; i++) queue.append({ kind: 'link-lost', reason: 'again and again' }, 'later');
    while (reserveBytes() > RESERVE_BYTES / 2) await sleep(20);
    assert.ok(queue.linesWaiting > 0);
    assert.equal(queue.intend(intent(1, 'decision')), false);
    assert.equal(reserveBytes(), RESERVE_BYTES / 2);
    assert.equal(queue.intend(intent(2, 'flatten')), true);
    assert.ok(reserveBytes() < RESERVE_BYTES / 2);
  });

  it('is asked for at the start, and trading halts until it is there', async () => {
    queue.close();
    rmSync(path.join(folder, 'reserve'));
    disk.fill();
    queue = open();
    assert.match(told.at(-1) ?? '', /ENOSPC/);
    disk.makeRoom();
    await untilLifted();
    assert.equal(reserveBytes(), RESERVE_BYTES);
  });

  it('takes what still waits when the bridge stops', () => {
    queue.intend(intent(1, 'decision'));
    untilFull();
    while (queue.linesWaiting === 0) queue.append({ kind: 'link-lost', reason: 'again and again' }, 'later');
    queue.append(fill(1, 'BUY'));
    assert.equal(queue.close(), 0);
    queue = open();
    assert.equal(queue.ledger.positionContracts, 1);
  });
});
