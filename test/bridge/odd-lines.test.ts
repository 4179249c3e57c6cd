import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Execution } from '@stoqey/ib';
import fc from 'fast-check';
import { readExecution } from '../../bridge/orders/fill-report.js';
import { OrderJournal } from '../../bridge/orders/order-journal.js';
import type { JournalEntry } from '../../shared/contract/order-journal.js';
import { createMarketClock } from '../../shared/market/clock/market-clock.js';
import { filesOf } from './files-of.js';
import { ACCOUNT, jsonLines, Rig } from './rig.js';

const CLOCK = createMarketClock({ kind: 'real' });
const ODD = [undefined, null, Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 1.5, '', 'x', {}, [], 1e300, true];
const REF = '00000000-0000-4000-8000-000000000001';

const ENTRIES: readonly JournalEntry[] = [
  {
    ...{ kind: 'fill', execId: 'a.1.01', orderRef: REF, permId: 5, side: 'BUY', contracts: 1, price: 2900 },
    ...{ executedAt: '20260105 15:00:00', corrects: null },
  },
  { kind: 'status', orderRef: REF, permId: 5, status: 'Submitted', filled: 0, remaining: 1 },
  { kind: 'commission', execId: 'a.1.01', amount: 2.25, currency: 'USD', realizedPnl: null },
  { kind: 'rejected', orderRef: REF, code: 201, text: 'no' },
  { kind: 'warning', orderRef: REF, code: 399, text: 'held' },
  { kind: 'settled', orderRef: REF, outcome: 'working', permId: 5 },
  { kind: 'bust', execId: 'a.1.02', corrects: 'a.1.01' },
  { kind: 'mark', price: 2900 },
  { kind: 'position', positionContracts: 2, reason: 'held before' },
  { kind: 'halt', code: 'reject-burst', reason: 'x' },
];

describe('a line of the journal', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-odd-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is written only if the next start can read it, whatever its fields hold; else it is refused by the name of a field', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ENTRIES), fc.nat(), fc.constantFrom(...ODD), (entry, which, odd) => {
        rmSync(folder, { recursive: true, force: true });
        const journal = OrderJournal.open(folder, CLOCK, '2026-01-05');
        const fields = Object.keys(entry);
        const field = fields[which % fields.length]!;
        const before = filesOf(folder);
        try {
          journal.append({ ...entry, [field]: odd } as JournalEntry);
        } catch (error) {
          assert.equal((error as { type?: string }).type, 'JournalLineInvalid');
          assert.match((error as Error).message, new RegExp(`: ${field}:`));
          assert.deepEqual(filesOf(folder), before, 'nothing was written');
        }
        journal.append(ENTRIES[0]!);
        const position = journal.ledger.positionContracts;
        journal.close();
        const again = OrderJournal.open(folder, CLOCK, '2026-01-05');
        assert.equal(again.ledger.positionContracts, position);
        again.close();
      }),
      { numRuns: 500 },
    );
  });

  it('is made of every execution that is reported: what it lacks is refused, and a bust takes the execution back', () => {
    const journal = OrderJournal.open(folder, CLOCK, '2026-01-05');
    const report: Execution = {
      ...{ execId: 'a.1.01', side: 'BOT', shares: 2, price: 2900, permId: 5, time: '20260105 15:00:00' },
      ...{ acctNumber: ACCOUNT },
    };
    const odd: [Partial<Execution>, RegExp][] = [
      [{ execId: '' }, /no execId/],
      [{ price: Number.NaN }, /price NaN/],
      [{ price: undefined }, /price undefined/],
      [{ shares: 1.5 }, /shares 1.5/],
      [{ shares: undefined }, /shares undefined/],
      [{ side: 'HELD' }, /side HELD/],
    ];
    for (const [change, why] of odd) {
      const read = readExecution({ ...report, ...change }, journal.ledger, 0.25, null);
      assert.match(read.kind === 'odd' ? read.why : read.kind, why);
    }
    const write = (change: Partial<Execution>) => {
      const read = readExecution({ ...report, ...change }, journal.ledger, 0.25, null);
      if (read.kind !== 'entry') return assert.fail(read.kind);
      journal.append(read.entry);
    };
    write({});
    assert.equal(journal.ledger.positionContracts, 2);
    // Of a price that no trade can have had the day's profit would be nonsense; only near zero is one of zero or less none.
    for (const price of [0, -1, 29, 290_000]) {
      const far = readExecution({ ...report, execId: 'b.1.01', price }, journal.ledger, 0.25, null);
      assert.match(far.kind === 'odd' ? far.why : far.kind, new RegExp(`price ${price}, while the market is at 2900`));
    }
    assert.equal(readExecution({ ...report, execId: 'b.1.01', price: 1500 }, journal.ledger, 0.25, null).kind, 'entry');
    const crude = readExecution({ ...report, execId: 'b.1.01', price: -0.8 }, journal.ledger, 0.01, 0.4);
    assert.equal(crude.kind, 'entry', 'a market at its own mid near zero');
    write({ execId: 'a.1.02', shares: 0 });
    assert.equal(journal.ledger.positionContracts, 0, 'busted');
    journal.startTradeDate('2026-01-06', 2900);
    journal.close();
    assert.equal(OrderJournal.open(folder, CLOCK, '2026-01-06').ledger.positionContracts, 0);
  });

  it('as earlier versions wrote it is read', () => {
    const first = { kind: 'carry', tradeDate: '2026-01-05', positionContracts: 0, markPrice: null, highestOrderId: 0 };
    const lines = [{ ...first, executions: [], haltReasons: {} }, ...ENTRIES].map((entry, index) => ({
      ...{ v: 1, n: index + 1, ...entry, marketTime: '2026-01-05T15:00:00.000Z', wallTime: '2026-01-05T15:00:00.000Z' },
    }));
    writeFileSync(
      path.join(folder, 'orders-2026-01-05.jsonl'),
      lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    );
    const journal = OrderJournal.open(folder, CLOCK, '2026-01-06');
    assert.equal(journal.ledger.positionContracts, 2);
    assert.deepEqual([...journal.ledger.haltReasons.keys()], ['reject-burst']);
    journal.close();
  });
});

describe('a gateway that reports what cannot be kept', () => {
  let rig: Rig;
  afterEach(() => rig.end());

  it('halts trading until an operator has looked, and keeps no later start from reading the journal', async () => {
    rig = await Rig.start();
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    await rig.until('fills', ({ fills }) => fills > 3);
    rig.gateway.inject({ do: 'message', fields: [59, 1, '0000e0d5.77.01.01', 'nan', 'USD', '', '', ''] });
    const { alarms } = await rig.until('halted', ({ halts }) => halts?.['odd-report'] !== undefined);
    assert.deepEqual(
      alarms?.map(({ alarm }) => alarm),
      ['OddReport'],
    );
    await rig.stopBridge();
    await rig.startBridge();
    const status = await rig.until(
      'halted still',
      ({ up, alarms }) => up === true && alarms?.[0]?.alarm === 'OddReport',
    );
    assert.match(status.haltReason ?? '', /odd-report: .*commission: amount:/);
    assert.ok(!jsonLines(`${rig.broker}/alarms.jsonl`).some(({ state }) => state === 'cleared'));
  });
});
