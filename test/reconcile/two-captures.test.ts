import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Reconciliation, reconcile } from '../../research/reconcile/reconcile.js';
import type { FeedReport, ReconcileReport } from '../../research/reconcile/report.js';
import type { TestEvent } from '../market/event.js';
import { randomMarket, randomOf } from '../market/random-market.js';
import { assertAddsUp } from './adds-up.js';
import { type Damage, degrade } from './degrade.js';
import { feedOf, generatedMarket, realMarket } from './markets.js';

const START_NS = 1_751_549_400_000_000_000n;

function compared(a: readonly TestEvent[], b: readonly TestEvent[], more: Partial<Reconciliation> = {}) {
  return reconcile({
    ...{ instrument: 'TEST', tradeDate: '2025-07-03', tickSize: 0.25 },
    ...{ first: feedOf('ib', a), second: feedOf('sierra', b), ...more },
  });
}

function trades(list: readonly (readonly [ms: number, priceTicks: number, size: number])[]): TestEvent[] {
  return list.map(([ms, priceTicks, size]) => ({
    ...{ kind: 'trade', tsNs: START_NS + BigInt(Math.round(ms * 1e6)), priceTicks, size, side: 2 },
  }));
}

describe('two captures of one date', function () {
  this.timeout(60_000);

  it('that are the same agree in everything, whatever the market', async () => {
    for (const market of [generatedMarket(5), await realMarket(), randomMarket(3, 20_000)]) {
      const report = await compared(market, market);
      assertAddsUp(report);
      assert.deepEqual([report.verdict, report.findings, report.doubtful], ['agree', [], []]);
      assert.deepEqual([report.volumeMatchedShare, report.tradesMatched!.share], [1, 1]);
      assert.deepEqual(report.latency.absoluteMs, { p5: 0, p50: 0, p95: 0, p99: 0 });
      assert.deepEqual(report.clocks.offsetMs, { median: 0, least: 0, greatest: 0 });
      assert.deepEqual([report.books!.best!.share, report.books!.bestWithin!.share], [1, 1]);
      for (const { level, compared: of, ...shares } of report.books!.levels)
        assert.deepEqual(Object.values(shares), [1, 1, 1, 1], `level ${level}, ${of} compared`);
      for (const { matchedShare } of report.minutes) assert.ok(matchedShare === 1 || matchedShare === null);
      assert.deepEqual([report.first.repeated.estimatedTrades, report.first.groupedTrades], [0, 0]);
    }
  });

  it('may end at moments of their own: what one of them has after the other is volume, and no minute that differs', async () => {
    // A trade each 100 ms until a minute is full, and a second of the next in one feed only; or half of it.
    const until = (seconds: number) =>
      trades(Array.from({ length: 10 * seconds }, (_, i) => [i * 100, 20_000 + ((i * 7) % 11), 1 + (i % 5)]));
    const kinds = async (seconds: number) => {
      const { findings } = await compared(until(600 + seconds), until(600));
      return findings.map(({ kind }) => kind);
    };
    assert.deepEqual(await kinds(2), [], 'six contracts of a second, of 18,000');
    assert.ok((await kinds(30)).includes('MinutesDiffer'));
  });

  it('lose no contract between the figures, whatever happened to them', async () => {
    const market = generatedMarket(6);
    await fc.assert(
      fc.asyncProperty(damages, damages, async (a, b) => {
        const [first, second] = [degrade(market, a), degrade(market, b)];
        const report = await compared(first.events, second.events);
        assertAddsUp(report);
        const contracts = (events: readonly TestEvent[]) =>
          events.filter(({ kind }) => kind === 'trade').reduce((sum, { size }) => sum + size!, 0);
        assert.deepEqual(
          [report.first.contracts, report.second.contracts],
          [contracts(first.events), contracts(second.events)],
        );
      }),
      { numRuns: 25, seed: 5 },
    );
  });

  it('give the mirrored report when they change places', async () => {
    const market = generatedMarket(6);
    await fc.assert(
      fc.asyncProperty(damages, damages, async (a, b) => {
        const [x, y] = [degrade(market, a).events, degrade(market, b).events];
        assertMirrored(await compared(x, y), await compared(y, x));
      }),
      { numRuns: 20, seed: 6 },
    );
  });

  it('of which one is empty, or has no trade, cannot be compared: it says which', async () => {
    const market = generatedMarket(2);
    const depth = market.filter(({ kind }) => kind === 'depth');
    for (const [a, b, sentence] of [
      [[], market, 'ib has no events.'],
      [market, [], 'sierra has no events.'],
      [depth, market, /^ib has [\d,]+ events, and no trade among them\.$/],
    ] as const) {
      const { verdict, findings, doubtful, books } = await compared(a, b);
      assert.deepEqual([verdict, findings.length, doubtful, books], ['incomparable', 1, [], null]);
      if (typeof sentence === 'string') assert.equal(findings[0]!.sentence, sentence);
      else assert.match(findings[0]!.sentence, sentence);
    }
    assert.equal((await compared([], [])).findings.length, 2);
  });

  it('of one trade each agree where it is the same one', async () => {
    const one = trades([[0, 100, 3]]);
    assert.equal((await compared(one, one)).verdict, 'agree');
    const other = await compared(one, trades([[0, 101, 3]]));
    assert.deepEqual([other.verdict, other.findings[0]!.kind], ['doubtful', 'NotAlike']);
    assert.equal((await compared(one, trades([[20_000, 100, 3]]))).findings[0]!.kind, 'NotAlike');
  });

  it('whose trades all look alike are set by their rhythm', async () => {
    const random = randomOf(4);
    let ms = 0;
    const same = Array.from({ length: 4000 }, () => {
      ms += -Math.log(1 - random()) * 150;
      return [ms, 100, 1] as const;
    });
    const late = same.map(([at, price, size]) => [at + 2500 + random() * 4, price, size] as const);
    const report = await compared(trades(same), trades(late));
    assert.equal(report.clocks.isKnown, true);
    assert.ok(Math.abs(report.clocks.offsetMs!.median - 2502) < 2, `${report.clocks.offsetMs!.median} ms`);
    assert.equal(report.volumeMatchedShare, 1);
  });

  it('that cross midnight UTC, and have two trades at one time, are one stretch', async () => {
    const midnight = Number(BigInt(Date.UTC(2025, 6, 4)) - START_NS / 1_000_000n);
    const list = Array.from(
      { length: 600 },
      (_, i) =>
        [...[midnight - 30_000 + 200 * Math.floor(i / 2), 100 + (i % 7), 1 + (i % 5)]] as unknown as readonly [
          number,
          number,
          number,
        ],
    );
    const report = await compared(trades(list), trades(list));
    assert.deepEqual([report.verdict, report.minutes.length, report.first.matchedTrades], ['agree', 2, 600]);
    assert.equal(report.minutes[1]!.startNs, String(Date.UTC(2025, 6, 4)).concat('000000'));
  });

  it('whose clocks lie farther apart than is looked for say so, and nothing else', async () => {
    const market = generatedMarket(20);
    const far = await compared(market, degrade(market, { seed: 1, offsetMs: 95_000 }).events);
    assert.deepEqual([far.verdict, far.findings.map(({ kind }) => kind)], ['doubtful', ['NotAlike']]);
    assert.match(far.findings[0]!.sentence, /within 60 s to either side/);
    assert.equal(far.doubtful.length, 1);
    const found = await compared(market, degrade(market, { seed: 1, offsetMs: 95_000 }).events, {
      options: { offsetRangeMs: 120_000 },
    });
    assert.equal(found.clocks.offsetMs!.median, 95_000);
  });

  it('of two contracts, or of two dates, are not called alike', async () => {
    const [one, other] = [generatedMarket(10, 7), generatedMarket(10, 8)];
    assert.equal((await compared(one, other)).findings[0]!.kind, 'NotAlike');
    const tomorrow = one.map((event) => ({ ...event, tsNs: event.tsNs + 86_400_000_000_000n }));
    assert.equal((await compared(one, tomorrow)).verdict, 'doubtful');
  });

  it('are not compared while one book is void', async () => {
    const market = generatedMarket(5);
    const at = Math.floor(market.length / 3);
    const broken = [...market.slice(0, at), { kind: 'gap' as const, tsNs: market[at]!.tsNs }, ...market.slice(at)];
    const { books } = await compared(broken, market);
    assert.ok(books!.voidFirst > 100 && books!.voidSecond === 0);
    assert.equal(books!.compared + books!.voidFirst, books!.moments);
    assert.equal(books!.best!.share, 1);
  });

  it('end with the reason of who stops them', async () => {
    const market = generatedMarket(1);
    await assert.rejects(compared(market, market, { signal: AbortSignal.abort(new Error('stopped')) }), /stopped/);
  });
});

const damages: fc.Arbitrary<Damage> = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  offsetMs: fc.integer({ min: -9000, max: 9000 }),
  driftPpm: fc.integer({ min: -100, max: 100 }),
  jitterMs: fc.integer({ min: 0, max: 60 }),
  dropShare: fc.constantFrom(0, 0.001, 0.02, 0.2),
  repeatShare: fc.constantFrom(0, 0.01),
  aggregates: fc.boolean(),
});

/** Minutes are those of the first clock, so that what lies at their edges may be judged a little differently. */
function assertMirrored(one: ReconcileReport, other: ReconcileReport): void {
  const slack = 0.002 * one.first.contracts;
  const near = (a: number, b: number, most: number) => assert.ok(Math.abs(a - b) <= most, `${a} and ${b}`);
  for (const [a, b] of [
    [one.first, other.second],
    [one.second, other.first],
  ] as const) {
    for (const key of ['trades', 'contracts', 'events', 'depthEvents'] as const satisfies readonly (keyof FeedReport)[])
      assert.equal(a[key], b[key]);
    near(a.onlyContracts, b.onlyContracts, slack);
  }
  // One trade against several is one distance, or several.
  near(one.clocks.offsetMs!.median, -other.clocks.offsetMs!.median, 15);
  near(one.books!.bestWithin!.share, other.books!.bestWithin!.share, 0.02);
}
