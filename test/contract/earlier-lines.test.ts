import assert from 'node:assert/strict';
import type { z } from 'zod';
import { alarmLine } from '../../shared/contract/alarm-line.js';
import { armedSwap } from '../../shared/contract/armed-swap.js';
import { bridgeStatus } from '../../shared/contract/bridge-status.js';
import { parseSegmentFile, segmentFile } from '../../shared/contract/capture-file.js';
import { decisionLogFile, decisionLogLine, tradeDateOfDecisionLog } from '../../shared/contract/decision-log.js';
import { journalLine, orderJournalFile, tradeDateOfOrderJournal } from '../../shared/contract/order-journal.js';
import { swapRecord } from '../../shared/contract/swap-record.js';
import { tradingControl } from '../../shared/contract/trading-control.js';
import { depthHeader } from '../../shared/market/events/depth-header.js';

const AT = '2026-01-05T15:00:00.000Z';
const REF = '00000000-0000-4000-8000-000000000001';
const SHA = 'ab'.repeat(32);
const stamp = { v: 1, n: 1, marketTime: AT, wallTime: AT };

/** As the first version that was in use wrote them: what was added since may be missing. */
const EARLIER: readonly (readonly [string, z.ZodType, object])[] = [
  [
    'the first line of an order journal, which carried no closing and no orders',
    journalLine,
    {
      ...{ ...stamp, kind: 'carry', tradeDate: '2026-01-05', positionContracts: 2, markPrice: 2900.25 },
      ...{ highestOrderId: 7, haltReasons: { 'daily-loss': 'lost' } },
      executions: [{ execId: 'a.01', orderRef: REF, side: 'BUY', contracts: 2, price: 2900, permId: 9 }],
    },
  ],
  [
    'a fill, which did not tell whose it was',
    journalLine,
    {
      ...{ ...stamp, kind: 'fill', execId: 'a.01', orderRef: null, permId: 9, side: 'SELL', contracts: 1, price: 2900 },
      ...{ executedAt: '20260105 15:00:00 UTC', corrects: null },
    },
  ],
  ['a halt, which had no since', journalLine, { ...stamp, kind: 'halt', code: 'flatten', reason: 'asked for' }],
  [
    'a position that was taken over, without a price',
    journalLine,
    { ...stamp, kind: 'position', positionContracts: -1, reason: 'first start' },
  ],
  [
    'the heads of a decision log, by version alone',
    decisionLogLine,
    { v: 1, kind: 'heads', afterEventSeq: 3, modelVersion: 2 },
  ],
  [
    'a status, which had the numbers that workflows judge by and no more',
    bridgeStatus,
    {
      ...{ v: 1, pid: 10, startedAt: AT, wallTime: AT, marketTime: AT, connection: 'ready', trading: 'armed' },
      ...{ haltReason: null, modelVersion: 2, counter: 2, shipId: 'ship/a', eventsSeen: 100, lastEventSeq: 100 },
      ...{ lastEventMarketTime: null, decisions: 5, decisionErrors: 0, ordersSent: 0, fills: 0, positionContracts: 0 },
      ...{ decisionLatencyMsP50: 1, decisionLatencyMsP99: 2 },
    },
  ],
  ['an alarm', alarmLine, { v: 1, at: AT, state: 'raised', alarm: 'GatewayDown', detail: 'no connection' }],
  [
    'a swap',
    swapRecord,
    {
      ...{ v: 1, shipId: 'ship/a', outcome: 'swapped', marketTime: AT, wallTime: AT, modelVersion: 1, counter: 1 },
      ...{ payloadSha256: SHA, priorModelVersion: null, heads: [{ name: 'F2_dom', onnxSha256: SHA }] },
      ...{ goldenRowsChecked: 64, afterEventSeq: 12 },
    },
  ],
  [
    'an armed swap',
    armedSwap,
    {
      ...{ v: 1, shipId: 'ship/a', modelVersion: 1, counter: 1, payloadSha256: SHA, notBeforeMarketMs: 0 },
      ...{ tarball: 'believe-v1.tar.gz', envelope: 'believe-v1.dsse.json' },
    },
  ],
  ['a request of an operator', tradingControl, { v: 1, by: 'ann', reason: 'lunch', at: AT }],
  [
    'the header of a captured segment, which had no version',
    depthHeader,
    { kind: 'header', source: 'ib', instrument: 'ESH6', tickSize: 0.25, multiplier: 50, levels: 10 },
  ],
];

describe('what an earlier version wrote', () => {
  for (const [what, contract, written] of EARLIER)
    it(`is read: ${what}`, () => {
      const read = contract.safeParse(JSON.parse(JSON.stringify(written)));
      assert.ok(read.success, read.error?.message);
      for (const [field, value] of Object.entries(written))
        assert.deepEqual((read.data as Record<string, unknown>)[field], value, field);
    });

  it('is found by its name', () => {
    const named = { instrument: 'ES-H6', tradeDate: '2026-01-05', number: 12 };
    // Whoever named no source was the bridge.
    const segment = { source: 'dom_ib' as const, ...named };
    assert.equal(segmentFile(named), segmentFile(segment));
    assert.deepEqual(parseSegmentFile(segmentFile(segment)), { ...segment, open: false });
    assert.deepEqual(parseSegmentFile(`${segmentFile(segment)}.open`), { ...segment, open: true });
    assert.deepEqual(parseSegmentFile(`${segmentFile(segment)}.gz`), { ...segment, open: false });
    assert.equal(tradeDateOfOrderJournal(orderJournalFile('2026-01-05')), '2026-01-05');
    assert.equal(tradeDateOfDecisionLog(decisionLogFile('2026-01-05')), '2026-01-05');
    for (const other of ['position-ESH6.json', 'dom_ib-ESH6-2026-01-05-1.jsonl.tmp', 'reserve'])
      assert.deepEqual(
        [parseSegmentFile(other), tradeDateOfOrderJournal(other), tradeDateOfDecisionLog(other)],
        [null, null, null],
      );
  });
});
