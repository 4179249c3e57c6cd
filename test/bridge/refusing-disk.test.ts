import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import fs, { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Contract } from '@stoqey/ib';
import { contractOf } from '../../bridge/connection/contract.js';
import { LibraryBytes } from '../../bridge/connection/library-bytes.js';
import { OrderEncoder } from '../../bridge/connection/order-encoder.js';
import type { GatewaySession } from '../../bridge/connection/session.js';
import { AppendLog } from '../../bridge/disk/append-log.js';
import { DiskReserve } from '../../bridge/disk/disk-reserve.js';
import { leftOpenBy, readFormerJournals } from '../../bridge/orders/former-journals.js';
import { JournalQueue } from '../../bridge/orders/journal-queue.js';
import type { OrderAsk } from '../../bridge/orders/order-ask.js';
import { OrderDesk } from '../../bridge/orders/order-desk.js';
import { OrderJournal } from '../../bridge/orders/order-journal.js';
import { configSchema } from '../../shared/config/config.js';
import { CLIENT_ID } from '../../shared/config/services.js';
import type { JournalLine } from '../../shared/contract/order-journal.js';
import { createMarketClock } from '../../shared/market/clock/market-clock.js';

const CONTRACT = contractOf(configSchema.parse({ instrument: { localSymbol: 'ESU9' } }).instrument);
const DATE = '2026-01-05';
const FILE = `orders-${DATE}.jsonl`;
/** Longer than a refused line waits before it is tried again. */
const RECOVERED_MS = 700;
const eio = () => Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });

/** Takes every message, and keeps it. */
class Sink {
  readonly ib = new EventEmitter();
  readonly nextValidId = 1;
  readonly open = true;
  readonly frames: Buffer[] = [];
  private readonly library = new LibraryBytes(178);

  sendNow(_lane: string, bytes: Buffer): boolean {
    this.frames.push(Buffer.from(bytes));
    return true;
  }

  orderEncoder(account: string, contract: Contract): OrderEncoder | null {
    return OrderEncoder.of(
      (id, named, order) => this.library.of((one) => one.placeOrder(id, named, order)),
      account,
      contract,
    );
  }
}

/** @returns what makes it real again */
function replaced<K extends 'writeSync' | 'fdatasync' | 'fdatasyncSync'>(name: K, by: unknown): () => void {
  const real = fs[name];
  const set = (value: unknown) => {
    (fs as unknown as Record<string, unknown>)[name] = value;
    syncBuiltinESMExports();
  };
  set(by);
  return () => set(real);
}

/** No line of a journal is taken. */
function refusingLines(): () => void {
  const { writeSync } = fs;
  return replaced('writeSync', (...args: Parameters<typeof writeSync>) => {
    if (Buffer.isBuffer(args[1]) && args[1].includes('"kind"')) throw eio();
    return writeSync(...args);
  });
}

describe('orders from slots, while the disk refuses', () => {
  let folder: string;
  let queue: JournalQueue;
  let desk: OrderDesk;
  let sink: Sink;
  let nowMs: number;
  const unknown: string[] = [];
  const troubles: (string | null)[] = [];

  beforeEach(async () => {
    nowMs = Date.parse(`${DATE}T16:00:00Z`);
    unknown.length = 0;
    troubles.length = 0;
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-refusing-'));
    const journals = path.join(folder, 'journal', 'DU1-ESU9');
    const journal = OrderJournal.open(journals, createMarketClock({ kind: 'real' }), DATE);
    queue = new JournalQueue(journal, DiskReserve.open(path.join(journals, 'reserve')), {
      onTrouble: (error) => troubles.push(error?.message ?? null),
      onInvalid: (_entry, error) => assert.fail(error),
      onClockBehind: () => {},
    });
    queue.start();
    desk = new OrderDesk({
      ...{ account: 'DU1', contract: CONTRACT, tickSize: 0.25, journal: queue, marketMs: () => nowMs, mid: () => 2900 },
      slotLimits: () => ({ contractsMax: 2, untilMs: Date.parse(`${DATE}T21:00:00Z`) }),
      recheck: () => null,
      ...{ onRefused: () => {}, onFill: () => {}, onBust: () => {}, onOddReport: () => {}, onUnlistedCode: () => {} },
      onUnknownOrder: (what) => unknown.push(what),
      onDoubt: () => {},
    });
    sink = new Sink();
    desk.attach(sink as unknown as GatewaySession);
    desk.prepare();
    await sleep(50);
    assert.ok(queue.ledger.slot);
  });
  afterEach(() => {
    queue.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = (purpose: OrderAsk['purpose'] = 'decision'): OrderAsk => ({
    ...{ side: 'BUY', contracts: 1, orderType: 'LMT', limitPrice: 2900, purpose, modelVersion: 1, eventSeq: 3 },
  });
  const lines = () =>
    readFileSync(path.join(folder, 'journal', 'DU1-ESU9', FILE), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as JournalLine);

  it('count from the moment at which they left, though no line of theirs is taken', async () => {
    const mend = refusingLines();
    try {
      assert.ok(desk.place(ask()));
      await sleep(20);
      sink.ib.emit('orderStatus', 1, 'Submitted', 0, 1, 0, 77, 0, 0, CLIENT_ID);
      assert.deepEqual([sink.frames.length, queue.ledger.live().length, queue.ledger.openContracts('BUY')], [1, 1, 1]);
      assert.deepEqual(unknown, []);
      assert.match(troubles[0]!, /EIO/);
    } finally {
      mend();
    }
  });

  it('are the same orders in the journal, once it is taken', async () => {
    const mend = refusingLines();
    const orderRef = desk.place(ask());
    await sleep(20);
    const execution = {
      ...{ acctNumber: 'DU1', execId: 'e.01', orderId: 1, orderRef, permId: 77, clientId: CLIENT_ID },
      ...{ side: 'BOT', shares: 1, price: 2900, time: 't' },
    };
    sink.ib.emit('orderStatus', 1, 'Filled', 1, 0, 2900, 77, 0, 2900, CLIENT_ID);
    sink.ib.emit('execDetails', 1, { localSymbol: 'ESU9' }, execution);
    mend();
    await sleep(RECOVERED_MS);
    const { ledger } = queue;
    assert.deepEqual(
      [queue.linesWaiting, ledger.live().length, ledger.positionContracts, ledger.order(orderRef!)?.filled],
      [0, 0, 1, 1],
    );
    assert.equal(ledger.haltReasons.size, 0);
    const again = OrderJournal.open(
      path.join(folder, 'journal', 'DU1-ESU9'),
      createMarketClock({ kind: 'real' }),
      DATE,
    );
    assert.deepEqual(again.ledger.all(), ledger.all());
    again.close();
  });

  it('leave no slot open where one that closes took it, and could not be sent', async () => {
    const mend = refusingLines();
    queue.append({ kind: 'halt', code: 'flatten', reason: 'x' });
    assert.equal(desk.place(ask('flatten')), null);
    assert.equal(desk.place(ask('flatten')), null);
    mend();
    await sleep(RECOVERED_MS);
    assert.deepEqual([queue.linesWaiting, troubles.at(-1), queue.ledger.slot], [0, null, null]);
    assert.equal(lines().filter(({ kind }) => kind === 'not-sent').length, 1);
    nowMs = Date.parse(`${DATE}T22:00:00Z`);
    queue.startTradeDate('2026-01-06', null);
    assert.equal(queue.journal.date, '2026-01-06');
  });

  it('are left open by a journal that ends with their slot, for whoever goes on in another contract', () => {
    desk.place(ask());
    const copy = path.join(folder, 'copy', 'DU1-ESU9');
    mkdirSync(copy, { recursive: true });
    writeFileSync(path.join(copy, FILE), readFileSync(path.join(folder, 'journal', 'DU1-ESU9', FILE)));
    const [former] = readFormerJournals(path.join(folder, 'copy'), { account: 'DU1', localSymbol: 'ESZ9' });
    assert.match(leftOpenBy(former!)!, /1 live orders/);
  });

  it('are stamped with the moment at which they left', async () => {
    desk.place(ask());
    const leftMs = Date.now();
    const busyUntilMs = leftMs + 60;
    while (Date.now() < busyUntilMs);
    await sleep(10);
    const { wallTime } = lines().find(({ kind }) => kind === 'intent')!;
    assert.ok(Date.parse(wallTime) < busyUntilMs, `${Date.parse(wallTime) - leftMs} ms after`);
  });
});

describe('a disk that tells of a lost write once, to one of two who wait', () => {
  let folder: string;
  let log: AppendLog;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-append-'));
    log = AppendLog.open(path.join(folder, 'log.jsonl'));
    log.append({ n: 1 });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** All behind the first line is gone. */
  const drop = () => {
    const text = readFileSync(log.file, 'utf8');
    writeFileSync(log.file, `${text.split('\n')[0]}\n`.padEnd(text.length, '\0'));
  };

  it('is given again what it refused, for it may have dropped that', async () => {
    log.append({ n: 2 }, 'later');
    const real = replaced('fdatasync', (_file: number, tell: (error: Error) => void) => {
      drop();
      tell(eio());
    });
    try {
      await assert.rejects(log.flush(), /EIO/);
    } finally {
      real();
    }
    log.append({ n: 3 }, 'later');
    await log.flush();
    assert.deepEqual(log.read(), [{ n: 1 }, { n: 2 }, { n: 3 }]);
    log.close();
    await log.flush();
  });

  for (const toldTo of ['the one that stands still', 'the one behind'] as const)
    it(`is given all again: ${toldTo}`, async () => {
      let answer: (error: Error | null) => void = () => {};
      const real = replaced('fdatasync', (_file: number, tell: typeof answer) => {
        answer = tell;
      });
      log.append({ n: 2 }, 'later');
      const inFlight = log.flush().catch(() => {});
      log.append({ n: 3 }, 'later');
      if (toldTo === 'the one behind') {
        drop();
        log.append({ n: 4 });
        answer(eio());
      } else {
        const sync = replaced('fdatasyncSync', () => {
          drop();
          throw eio();
        });
        assert.throws(() => log.append({ n: 4 }), /EIO/);
        sync();
        answer(null);
      }
      real();
      await inFlight;
      await log.flush();
      const expected = [{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }];
      assert.deepEqual(log.read(), toldTo === 'the one behind' ? expected : expected.slice(0, 3));
      log.close();
      assert.throws(() => log.append({ n: 5 }), /closed/);
    });
});

describe('a journal that was closed', () => {
  it('touches no file any more when a wait for the disk ends that was under way', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'believe-closed-'));
    const reserve = DiskReserve.open(path.join(folder, 'reserve'));
    const journal = OrderJournal.open(folder, createMarketClock({ kind: 'real' }), DATE);
    const queue = new JournalQueue(journal, reserve, {
      ...{ onTrouble: () => {}, onInvalid: () => {}, onClockBehind: () => {} },
    });
    queue.start();
    const answers: ((error: Error | null) => void)[] = [];
    const real = replaced('fdatasync', (_file: number, tell: (typeof answers)[0]) => answers.push(tell));
    try {
      queue.append({ kind: 'commission', execId: 'x', amount: 1, currency: 'USD', realizedPnl: null }, 'soon');
      answers.shift()!(eio());
      await sleep(RECOVERED_MS);
      assert.equal(answers.length, 1, 'it is tried again');
      reserve.giveBack(0);
      queue.close();
      // They get the numbers of the files that were closed.
      const others = Array.from({ length: 4 }, (_, at) => path.join(folder, `other-${at}`));
      const descriptors = others.map((file) => fs.openSync(file, 'w'));
      answers.shift()!(null);
      assert.equal(queue.append({ kind: 'flat' }), false);
      await sleep(50);
      for (const descriptor of descriptors) fs.closeSync(descriptor);
      assert.deepEqual(
        others.map((file) => readFileSync(file).length),
        [0, 0, 0, 0],
      );
    } finally {
      real();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
