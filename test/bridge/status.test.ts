import assert from 'node:assert/strict';
import { Latencies } from '../../bridge/status/latencies.js';
import { RegimeWatch } from '../../bridge/status/regime.js';
import { statusText } from '../../cli/bridge/status-text.js';
import { bridgeStatus } from '../../shared/contract/bridge-status.js';
import { BAR_MS } from '../../shared/market/events/bar.js';
import { MarketState } from '../../shared/market/features/market-state.js';
import { Rig } from './rig.js';

describe('the status', () => {
  let rig: Rig;
  afterEach(() => rig.end());

  it('tells what is captured, the last fill, the regime, the use of every limit, queues, and latencies as a histogram', async () => {
    rig = await Rig.start();
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    const status = await rig.until('fills', ({ fills, pnlTodayUsd }) => fills > 3 && pnlTodayUsd != null);
    assert.equal(status.up, true);
    assert.equal(status.synthetic, false);
    assert.match(statusText({ ...status, synthetic: true }, 0), /^SYNTHETIC market/);
    assert.equal(status.marketData, 'depth');
    assert.ok(status.bestBid! < status.bestAsk!);
    const fill = rig.journal().findLast((line) => line.kind === 'fill')!;
    assert.equal(fill.kind === 'fill' && fill.price > 2900, true);
    assert.ok(['BUY', 'SELL'].includes(status.lastFill!.side));
    assert.equal(status.regime!.sessionPhase, 'rth');
    assert.deepEqual(
      status.heads!.map(({ name }) => name),
      ['F2_dom'],
    );
    const { maxPositionContracts, maxOrdersPerMinute, maxDailyLossUsd } = status.limits!;
    assert.equal(maxPositionContracts!.limit, rig.config.risk.maxPositionContracts);
    assert.ok(maxOrdersPerMinute!.used! >= 3);
    assert.equal(maxDailyLossUsd!.used, Math.max(0, -status.pnlTodayUsd!));
    assert.deepEqual(Object.keys(status.queues!).sort(), [
      ...['captureBacklogBytes', 'journalLinesWaiting', 'messagesWaiting', 'ordersLive'],
    ]);
    assert.equal(status.decisionLatency!.count, status.decisions);
    assert.deepEqual([status.halts, status.alarms], [{}, []]);
    const text = statusText(status, 0);
    for (const part of ['trading armed', 'F2_dom', 'maxDailyLossUsd', 'ordersLive', 'rth, volatility'])
      assert.ok(text.includes(part), part);
  });

  it('of an earlier version is read as well, and shown', async () => {
    rig = await Rig.start();
    await rig.startBridge();
    const status = await rig.until('connected', ({ up }) => up === true);
    const needed = Object.entries(bridgeStatus.shape).filter(([, field]) => !field.safeParse(undefined).success);
    const old = Object.fromEntries(needed.map(([name]) => [name, status[name as keyof typeof status]]));
    assert.ok(Object.keys(old).length < Object.keys(status).length);
    assert.match(statusText(bridgeStatus.parse(old), 0), /regime {6}unknown/);
  });
});

describe('latencies', () => {
  it('are counted in cumulative buckets, each with the time of its bound', () => {
    const latencies = new Latencies();
    for (const ms of [0.05, 0.1, 0.3, 4, 5000]) latencies.record(ms);
    const { count, sumMs, buckets } = latencies.histogram;
    assert.equal(count, 5);
    assert.ok(Math.abs(sumMs - 5004.45) < 1e-9);
    const at = (leMs: number) => buckets.find((bucket) => bucket.leMs === leMs)!.count;
    assert.deepEqual([0.1, 0.2, 0.5, 2, 5, 1000].map(at), [2, 2, 3, 3, 4, 4]);
  });
});

describe('the regime', () => {
  const market = () => {
    const state = new MarketState();
    const watch = new RegimeWatch();
    let close = 5000;
    let openMs = Date.parse('2026-01-05T00:00:00Z');
    const bar = (next: number) => {
      const bar = {
        openMs,
        open: close,
        high: Math.max(close, next),
        low: Math.min(close, next),
        close: next,
        volume: 1,
      };
      state.bars.add(bar);
      openMs += BAR_MS;
      close = next;
      watch.observe(state);
    };
    return { watch, bar, close: () => close };
  };
  const now = (watch: RegimeWatch) => watch.regime('rth');

  it('is unknown until enough bars have closed', () => {
    const { watch, bar } = market();
    assert.deepEqual(now(watch), { sessionPhase: 'rth', volatility: null, trend: null, volatilityBasisPoints: null });
    for (let i = 0; i < 100; i++) bar(5000 + (i % 2));
    assert.equal(now(watch).volatility, null, 'a third of half a day says little');
    assert.equal(now(watch).trend, 'flat');
  });

  it('calls an hour wild, quiet or usual by the days before it, and a drift a trend', () => {
    const { watch, bar, close } = market();
    // Days whose hours take turns: quiet, usual, wild.
    for (let i = 0; i < 720; i++) bar(5000 + (i % 2) * [1, 2, 4][Math.floor(i / 24) % 3]!);
    for (let i = 0; i < 20; i++) bar(5000 + (i % 2) * 8);
    assert.equal(now(watch).volatility, 'high');
    for (let i = 0; i < 20; i++) bar(5000 + (i % 2) * 0.5);
    assert.equal(now(watch).volatility, 'low');
    for (let i = 0; i < 20; i++) bar(5000 + (i % 2) * 2.5);
    assert.equal(now(watch).volatility, 'middle');
    assert.equal(now(watch).trend, 'flat');
    for (let i = 0; i < 13; i++) bar(close() + 2);
    assert.equal(now(watch).trend, 'up');
    for (let i = 0; i < 26; i++) bar(close() - 2);
    assert.equal(now(watch).trend, 'down');
  });
});
