import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { DecisionLog } from '../../bridge/decide/decision-log.js';
import { OrderJournal } from '../../bridge/orders/order-journal.js';
import { OrderLedger } from '../../bridge/orders/order-ledger.js';
import type { JournalEntry } from '../../shared/contract/order-journal.js';
import type { MarketClock } from '../../shared/market/clock/market-clock.js';
import { filesOf } from './files-of.js';

const DAY_MS = 86_400_000;
const FIRST_MS = Date.parse('2026-01-05T15:00:00Z');
const dateOf = (marketMs: number) => new Date(marketMs).toISOString().slice(0, 10);

/** A clock that anybody may set. */
class SteppedClock implements MarketClock {
  marketMs = FIRST_MS;
  nowMs() {
    return this.marketMs;
  }
  marketMsAt(wallMs: number) {
    return wallMs;
  }
  wallMsAt(marketMs: number) {
    return marketMs;
  }
  get date() {
    return dateOf(this.marketMs);
  }
}

type Step =
  | { readonly kind: 'clock'; readonly days: number }
  | { readonly kind: 'fill'; readonly exec: number; readonly contracts: number; readonly isBuy: boolean }
  | { readonly kind: 'order' }
  | { readonly kind: 'halt'; readonly isRaised: boolean }
  | { readonly kind: 'restart' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('clock' as const), days: fc.integer({ min: -3, max: 3 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      ...{ kind: fc.constant('fill' as const), exec: fc.integer({ min: 1, max: 40 }) },
      ...{ contracts: fc.integer({ min: 1, max: 5 }), isBuy: fc.boolean() },
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'order' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('halt' as const), isRaised: fc.boolean() }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'restart' as const }) },
);

describe('trade dates and a clock that is stepped', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-dates-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('never make the journal forget or a file shorter, whatever the steps, appends and restarts', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) => {
        rmSync(folder, { recursive: true, force: true });
        const clock = new SteppedClock();
        const model = new OrderLedger();
        let journal = OrderJournal.open(folder, clock, clock.date);
        let orders = 0;
        let before = filesOf(folder);
        const write = (entry: JournalEntry) => {
          journal.append(entry, 'later');
          model.apply(entry);
        };
        for (const one of steps) {
          switch (one.kind) {
            case 'clock':
              clock.marketMs += one.days * DAY_MS;
              break;
            case 'fill':
              write(fill(one));
              break;
            case 'order':
              for (const entry of rejectedOrder(++orders)) write(entry);
              break;
            case 'halt':
              if (one.isRaised) write({ kind: 'halt', code: 'reject-burst', reason: 'test' });
              else write({ kind: 'resume', code: 'reject-burst', by: 'test' });
              break;
            case 'restart':
              journal.close();
              journal = OrderJournal.open(folder, clock, clock.date);
              assert.deepEqual(known(journal.ledger), known(model));
          }
          // As the supervisor does, several times a second.
          journal.startTradeDate(clock.date, 2900);
          assert.deepEqual(known(journal.ledger), known(model));
          const after = filesOf(folder);
          for (const [file, bytes] of before) assert.ok(after.get(file)?.startsWith(bytes), `${file} only grows`);
          before = after;
        }
        journal.close();
      }),
      { numRuns: 150 },
    );
  });

  it('leave a journal alone that is there already, and say so', () => {
    const clock = new SteppedClock();
    const journal = OrderJournal.open(folder, clock, clock.date);
    journal.append(fill({ exec: 1, contracts: 2, isBuy: true }));
    const inTheWay = path.join(folder, 'orders-2026-01-06.jsonl');
    writeFileSync(inTheWay, 'whatever it is\n');
    assert.throws(() => journal.startTradeDate('2026-01-06', 2900), { type: 'JournalExists' });
    assert.equal(readFileSync(inTheWay, 'utf8'), 'whatever it is\n');
    journal.append(fill({ exec: 2, contracts: 2, isBuy: true }));
    assert.equal(journal.ledger.positionContracts, 4, 'the present file goes on');
    journal.close();
  });

  it('begin with all that is known, or do not begin: an empty file after others is refused', () => {
    const clock = new SteppedClock();
    const journal = OrderJournal.open(folder, clock, clock.date);
    journal.append(fill({ exec: 1, contracts: 2, isBuy: true }));
    journal.close();
    writeFileSync(path.join(folder, 'orders-2026-01-06.jsonl'), '');
    assert.throws(() => OrderJournal.open(folder, clock, clock.date), { type: 'BadInput' });
  });

  it('keep decisions in the order in which they were made, over the files in the order of their names', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 30 }), (days) => {
        rmSync(folder, { recursive: true, force: true });
        const clock = new SteppedClock();
        const open = () => new DecisionLog(folder, clock, dateOf, (error) => assert.fail(error));
        let log = open();
        let before = new Map<string, string>() as ReadonlyMap<string, string>;
        for (const [index, step] of days.entries()) {
          clock.marketMs += step * DAY_MS;
          log.start(index);
          const after = filesOf(folder);
          for (const [file, bytes] of before) assert.ok(after.get(file)?.startsWith(bytes), `${file} only grows`);
          before = after;
          if (index % 4 !== 3) continue;
          log.close();
          log = open();
        }
        log.close();
        const lines = readdirSync(folder)
          .sort()
          .flatMap((file) => readFileSync(path.join(folder, file), 'utf8').trim().split('\n'));
        assert.deepEqual(
          lines.map((line) => (JSON.parse(line) as { afterEventSeq: number }).afterEventSeq),
          days.map((_, index) => index),
        );
      }),
    );
  });
});

function fill({ exec, contracts, isBuy }: { exec: number; contracts: number; isBuy: boolean }): JournalEntry {
  return {
    ...{ kind: 'fill', execId: `0000e0d5.${exec}.01.01`, orderRef: null, permId: exec, side: isBuy ? 'BUY' : 'SELL' },
    ...{ contracts, price: 2900, executedAt: '', corrects: null },
  };
}

function rejectedOrder(orderId: number): JournalEntry[] {
  const orderRef = `00000000-0000-4000-8000-${String(orderId).padStart(12, '0')}`;
  return [
    {
      ...{ kind: 'intent', orderRef, orderId, side: 'BUY', contracts: 1, orderType: 'LMT', limitPrice: 2900 },
      ...{ purpose: 'decision', modelVersion: 1, eventSeq: 7 },
    },
    { kind: 'rejected', orderRef, code: 201, text: '' },
  ];
}

/** What must never be forgotten. */
function known(ledger: OrderLedger) {
  return {
    position: ledger.positionContracts,
    highestOrderId: ledger.highestOrderId,
    halts: [...ledger.haltReasons],
    executions: ledger.executions
      .all()
      .map(({ execId }) => execId)
      .sort(),
  };
}
