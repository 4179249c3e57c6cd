import assert from 'node:assert/strict';
import { reconcile } from '../../research/reconcile/reconcile.js';
import type { ReconcileReport } from '../../research/reconcile/report.js';
import type { TestEvent } from '../market/event.js';
import { assertAddsUp } from './adds-up.js';
import { type Damage, degrade, fillsOf, truthOf } from './degrade.js';
import { feedOf, generatedMarket, realMarket } from './markets.js';

/** As IB tells a market: late, unevenly, fills of one aggressor as one trade, nobody named. */
const LIKE_IB: Omit<Damage, 'seed'> = { delayMs: 30, jitterMs: 30, aggregates: true, hidesSide: true };
/** Of these stamps the median lies so far behind the market's: a stream that stays in order is later than its jitter. */
const IB_LATE_MS = { least: 30 + 30 * Math.LN2, most: 30 + 30 * Math.LN2 + 80 };

interface Case {
  readonly name: string;
  readonly ib?: Partial<Damage>;
  readonly sierra?: Partial<Damage>;
  /** Of the second feed's clock beyond what is late of the first. */
  readonly offsetMs?: number;
  readonly driftPpm?: number;
  readonly stepsMs?: readonly number[];
  readonly kinds: readonly string[];
}

const CASES: readonly Case[] = [
  { name: 'late and aggregated', kinds: [] },
  {
    name: 'drops and repeats',
    ib: { dropShare: 0.01, repeatShare: 0.005, repeatAfterMs: 5 },
    sierra: { dropShare: 0.002 },
    kinds: ['VolumeDiffers', 'MinutesDiffer', 'TradesRepeated'],
  },
  {
    name: 'clocks 7.3 s apart',
    sierra: { offsetMs: -7300, dropShare: 0.001 },
    offsetMs: -7300,
    kinds: ['ClocksApart'],
  },
  { name: 'clocks 41 s apart', ib: { offsetMs: -41_000 }, offsetMs: 41_000, kinds: ['ClocksApart'] },
  { name: 'drift of 250 ppm', sierra: { driftPpm: 250 }, driftPpm: 250, kinds: ['ClocksApart', 'ClockDrifts'] },
  {
    name: 'second clock set 2.5 s on',
    sierra: { step: { at: 0.47, ms: 2500 } },
    stepsMs: [2500],
    kinds: ['ClocksApart', 'ClockSet'],
  },
  { name: 'first clock set 400 ms on', ib: { step: { at: 0.61, ms: 400 } }, stepsMs: [-400], kinds: ['ClockSet'] },
  {
    name: 'a silence',
    ib: { silent: [0.4, 0.5] },
    kinds: ['VolumeDiffers', 'FeedSilent', 'MinutesDiffer', 'BestPricesDiffer'],
  },
  {
    name: 'all of it, and worse',
    ib: { delayMs: 80, jitterMs: 150, dropShare: 0.03, repeatShare: 0.01, repeatAfterMs: 20 },
    sierra: { dropShare: 0.01, offsetMs: 3000, jitterMs: 5, driftPpm: -40 },
    offsetMs: 3000,
    driftPpm: -40,
    kinds: ['VolumeDiffers', 'MinutesDiffer', 'TradesRepeated', 'ClocksApart'],
  },
];

describe('two captures that are known to the last contract', function () {
  this.timeout(60_000);
  let markets: readonly (readonly [string, readonly TestEvent[]])[] = [];
  const rows: string[] = [];

  before(async () => {
    markets = [
      ['SYNTHETIC hour', generatedMarket(60)],
      ['real ES, 6 min', await realMarket()],
    ];
  });
  after(() => {
    const title =
      'case                       market           in both, truth     found  only ib, truth  found  only sierra, truth  found  twice  found  offset ms     ppm';
    process.stdout.write(`\n${[title, ...rows].join('\n')}\n\n`);
  });

  async function run(market: readonly TestEvent[], { ib, sierra }: Case) {
    const [a, b] = [degrade(market, { seed: 1, ...LIKE_IB, ...ib }), degrade(market, { seed: 2, ...sierra })];
    const report = await reconcile({
      ...{ instrument: 'TEST', tradeDate: '2025-07-03', tickSize: 0.25 },
      ...{ first: feedOf('ib', a.events), second: feedOf('sierra', b.events) },
    });
    return { report, truth: truthOf(fillsOf(market), a, b) };
  }

  for (const one of CASES)
    it(`${one.name}: what both have, what one has, and how the clocks stand`, async () => {
      for (const [name, market] of markets) {
        const isReal = name.startsWith('real');
        const { report, truth } = await run(market, one);
        rows.push(row(one.name, name, report, truth));
        assertAddsUp(report);
        const contracts = report.first.contracts + report.second.contracts;
        // A loss beside another of the same price and size, or within a group, can be told either way: a contract in 700.
        const slack = one.name.startsWith('all') ? contracts / 200 : contracts / 1400;
        for (const [found, known] of [
          [report.first.matchedContracts, truth.both],
          [report.first.onlyContracts, truth.onlyFirst],
          [report.second.onlyContracts, truth.onlySecond],
        ] as const)
          assert.ok(Math.abs(found - known) <= slack, `${name}: ${found}, and it was ${known}`);
        assertClocks(report, one, isReal);
        if (isReal) continue;
        // Minutes in which by chance more than 2 % of the volume was lost are no fault of the method.
        const kinds = [...new Set(report.findings.map(({ kind }) => kind))].filter((kind) => kind !== 'MinutesDiffer');
        assert.deepEqual(
          kinds,
          one.kinds.filter((kind) => kind !== 'MinutesDiffer'),
          name,
        );
        const repeated = report.first.repeated.estimatedTrades;
        const known = truth.repeatedFirst;
        assert.ok(Math.abs(repeated - known) <= 0.35 * known, `${repeated} told twice, and it were ${known}`);
      }
    });

  it('say where a feed was silent, to the second', async () => {
    const [, market] = markets[0]!;
    const { report } = await run(market, { name: '', ib: { silent: [0.4, 0.5] }, kinds: [] });
    const [first, last] = [market[0]!.tsNs, market.at(-1)!.tsNs];
    const at = (share: number) => Number(first) + share * Number(last - first);
    const silence = report.findings.find(({ kind }) => kind === 'FeedSilent')!;
    assert.ok(Math.abs(Number(silence.fromNs) - at(0.4)) < 2e9 && Math.abs(Number(silence.toNs) - at(0.5)) < 2e9);
    assert.equal(report.doubtful.length, 1);
    assert.match(report.doubtful[0]!.why, /ib is silent/);
    assert.ok(Number(report.doubtful[0]!.fromNs) <= at(0.4) && Number(report.doubtful[0]!.toNs) >= at(0.5));
  });

  it('say where a clock was set, to a second or two', async () => {
    const [, market] = markets[0]!;
    const { report } = await run(market, CASES.find(({ stepsMs }) => stepsMs?.[0] === 2500)!);
    const setNs = Number(market[0]!.tsNs) + 0.47 * Number(market.at(-1)!.tsNs - market[0]!.tsNs);
    assert.ok(Math.abs(Number(report.clocks.steps[0]!.atNs) - setNs) < 2e9);
  });

  it('find latency no disagreement of books, and a stale book one', async () => {
    const [, market] = markets[0]!;
    const late = (await run(market, CASES[0]!)).report.books!;
    assert.ok(late.bestWithin!.share > 0.999, `${late.bestWithin!.share} within the window`);
    assert.ok(late.best!.share < late.bestWithin!.share);
    for (const { sameWithin } of late.levels) assert.ok(sameWithin > 0.99, `${sameWithin} of a level`);
    const silent = (await run(market, { name: '', ib: { silent: [0.4, 0.5] }, kinds: [] })).report;
    assert.ok(silent.books!.bestWithin!.share < 0.92);
  });
});

function assertClocks(
  { clocks }: ReconcileReport,
  { offsetMs = 0, driftPpm = 0, stepsMs = [], ib }: Case,
  isReal: boolean,
) {
  assert.ok(clocks.isKnown);
  if (stepsMs.length === 0 && driftPpm === 0 && ib?.jitterMs === undefined) {
    const late = offsetMs - clocks.offsetMs!.median;
    assert.ok(late > IB_LATE_MS.least - 5 && late < IB_LATE_MS.most, `late by ${late} ms`);
  }
  assert.deepEqual(
    clocks.steps.map(({ beforeMs, afterMs }) => Math.round((afterMs - beforeMs) / 100) * 100),
    stepsMs,
  );
  // Six minutes of bursts say nothing of drift.
  if (isReal) return;
  const { drift } = clocks;
  assert.ok(Math.abs(drift!.ppm - driftPpm) < 6, `drift of ${drift!.ppm} ppm`);
}

function row(name: string, market: string, report: ReconcileReport, truth: ReturnType<typeof truthOf>): string {
  const { first, second, clocks } = report;
  const cells = [
    [name, -27],
    [market, -15],
    [truth.both, 16],
    [first.matchedContracts, 10],
    [truth.onlyFirst, 16],
    [first.onlyContracts, 7],
    [truth.onlySecond, 20],
    [second.onlyContracts, 7],
    [truth.repeatedFirst, 7],
    [Math.round(first.repeated.estimatedTrades), 7],
    [clocks.offsetMs!.median.toFixed(1), 11],
    [clocks.drift?.ppm.toFixed(1) ?? '-', 8],
  ] as const;
  return cells
    .map(([cell, width]) => (width < 0 ? String(cell).padEnd(-width) : String(cell).padStart(width)))
    .join('');
}
