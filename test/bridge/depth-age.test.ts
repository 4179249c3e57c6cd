import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CaptureWriter } from '../../bridge/capture/capture-writer.js';
import { ReceiveClock } from '../../bridge/capture/receive-clock.js';
import { MarketFeed } from '../../bridge/feed/market-feed.js';
import { SilenceWatch } from '../../bridge/feed/silence-watch.js';
import { sessionPhase } from '../../shared/market/calendar/cme-calendar.js';
import type { MarketClock } from '../../shared/market/clock/market-clock.js';
import { depthChange } from './depth-change.js';
import { FeedSession } from './feed-session.js';
import { jsonLines, Rig } from './rig.js';
import { requestIdOf, sessionsOf } from './subscriptions.js';

const START_MS = Date.parse('2026-01-05T15:00:00Z');
const SPEED = 20;

describe('the age of market data', () => {
  let folder: string;
  let steppedMs: number;
  let capture: CaptureWriter;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-age-'));
    steppedMs = 0;
  });
  afterEach(async () => {
    await capture.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = () => {
    const began = performance.now();
    const market: MarketClock = {
      nowMs: () => START_MS + steppedMs + (performance.now() - began) * SPEED,
      marketMsAt: (wallMs) => wallMs * SPEED,
      wallMsAt: (marketMs) => marketMs / SPEED,
    };
    const clock = new ReceiveClock(market);
    capture = new CaptureWriter({
      folder,
      header: { kind: 'header', v: 1, source: 'ib', instrument: 'ESH6', tickSize: 0.25, multiplier: 50, levels: 10 },
      ...{ clock, tradeDateOf: () => '2026-01-05', onTrouble: assert.ifError, onGap: () => {} },
      limits: { sizeBytesMax: 1e9, ageMsMax: 1e9, pendingBytesMax: 1e9 },
    });
    const session = new FeedSession();
    const feed = new MarketFeed({
      ...{ contract: {}, tickSize: 0.25, levels: 10, clock, capture, depthRetryMs: 1e9, oddRenewMs: 0 },
      sink: { depth: () => {}, trade: () => {}, broken: () => {} },
      ...{ onFault: () => {}, onOdd: () => {} },
    });
    feed.subscribe(session.asSession);
    return {
      feed,
      session,
      clock,
      depth: (price = 2900, id = session.depthId) => session.depth(id, depthChange(1, 1, 0, price, 5)),
    };
  };
  /** Market ms that pass at least. */
  const pass = (marketMs: number) => {
    const until = performance.now() + marketMs / SPEED;
    while (performance.now() < until);
  };

  it('is that of the last depth event, in market time; trades do not renew it', () => {
    const { feed, session, depth } = open();
    assert.ok(Number.isNaN(feed.ages.depthAgeMs), 'unknown before the first');
    depth();
    pass(1000);
    session.trade(session.tradesId, 2900, 3);
    assert.ok(feed.ages.depthAgeMs >= 1000, String(feed.ages.depthAgeMs));
    depth();
    assert.ok(feed.ages.depthAgeMs >= 0 && !Number.isNaN(feed.ages.depthAgeMs));
  });

  it('is unknown after a reset, a gap, an odd message and a new subscription, until depth of it has come', () => {
    const { feed, session, depth } = open();
    const unknownAfter = (what: string, happens: () => void) => {
      depth();
      assert.ok(feed.ages.depthAgeMs >= 0, what);
      happens();
      assert.ok(Number.isNaN(feed.ages.depthAgeMs), what);
    };
    unknownAfter('a reset', () => session.error(session.depthId, 317));
    unknownAfter('an odd message', () => depth(Number.NaN));
    unknownAfter('an odd trade', () => session.trade(session.tradesId, undefined, 3));
    unknownAfter('a new subscription, and late depth of the one before', () => {
      const before = session.depthId;
      feed.renew();
      depth(2900, before);
    });
    unknownAfter('a gap, and depth that comes before the book is asked for anew', () => {
      feed.lost('said by the test');
      depth();
    });
  });

  for (const [what, stepMs] of [
    ['back', -3_600_000],
    ['forward', 3_600_000],
  ] as const)
    it(`is not changed by a market clock that is stepped an hour ${what}`, () => {
      const { feed, session, clock, depth } = open();
      pass(6000);
      depth();
      steppedMs = stepMs;
      pass(6000);
      session.trade(session.tradesId, 2900, 3);
      clock.stampNs();
      const first = feed.ages.depthAgeMs;
      pass(2000);
      const second = feed.ages.depthAgeMs;
      assert.ok(first >= 6000 && first < 600_000 && second >= first + 2000, `${first}, then ${second}`);
    });
});

describe('a feed that falls silent', () => {
  let rig: Rig;
  afterEach(() => rig.end());

  it('in depth alone lets no order leave on trades: without depth nobody knows what it would do', async () => {
    // Depth is due several times a market second; trades come on.
    rig = await Rig.start({ config: { risk: { staleDataMs: 3000 } } });
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    await rig.until('a position', ({ fills }) => fills > 3);
    // Until the depth is too old, decisions still count: one of them may have closed the position.
    do {
      rig.gateway.inject({ do: 'unsilence', stream: 'depth' });
      do {
        await sleep(20);
      } while (rig.ledger().positionContracts === 0 || rig.ledger().live().length > 0);
      rig.gateway.inject({ do: 'silence', stream: 'depth' });
      const silentSinceMs = rig.clock.nowMs();
      await rig.until('stale', () => rig.clock.nowMs() > silentSinceMs + 4000);
    } while (rig.ledger().positionContracts === 0);
    const sent = rig.gateway.ledger.orders.size;
    const { decisions, eventsSeen } = rig.status()!;
    // The heads fall silent some time after the depth: then the policy wants to be flat.
    await rig.until('decisions on trades', (now) => now.decisions > decisions + 15 && now.eventsSeen > eventsSeen);
    const journal = path.join(rig.broker, 'journal', 'decisions-2019-08-29.jsonl');
    await rig.until('a refusal', () =>
      jsonLines(journal).some(({ kind, rule }) => kind === 'refused' && rule === 'stale-data'),
    );
    assert.equal(rig.gateway.ledger.orders.size, sent);
  });

  it('raises an alarm and is subscribed to anew, again and again; the first depth ends the alarm', async () => {
    rig = await Rig.start();
    await rig.startBridge({ tuning: { silentFeedMs: 1500 } });
    await rig.until('depth', ({ marketData }) => marketData === 'depth');
    const muted = sessionsOf(rig.gateway);
    for (const session of muted) session.muted++;
    await rig.until('the alarm', ({ alarms }) => alarms?.some(({ alarm }) => alarm === 'FeedSilent') === true);
    const ids = new Set<number | undefined>();
    await rig.until(
      'asked again, each time by another request',
      () => ids.add(requestIdOf(rig.gateway, 'depth')).size > 2,
    );
    for (const session of muted) session.muted--;
    await rig.until('over', ({ alarms, marketData }) => alarms?.length === 0 && marketData === 'depth');
    const told = jsonLines(path.join(rig.broker, 'alarms.jsonl')).map(({ state, alarm }) => `${state} ${alarm}`);
    assert.deepEqual(told, ['raised FeedSilent', 'cleared FeedSilent']);
  });
});

describe('the watch over a silent feed', () => {
  const SILENT_MS = 180_000;
  const OPEN = Date.parse('2026-01-06T15:00:00Z');
  const MAINTENANCE = Date.parse('2026-01-06T22:30:00Z');
  const WEEKEND = Date.parse('2026-01-10T15:00:00Z');

  const watched = () => {
    const told: string[] = [];
    const scene = { owedSinceMs: 0 as number | null, marketMs: OPEN, isReady: true, hasDepth: false };
    const watch = new SilenceWatch({
      feed: {
        get depthOwedSinceMs() {
          return scene.owedSinceMs;
        },
        get marketData() {
          return scene.hasDepth ? ('depth' as const) : ('none' as const);
        },
        renew: () => told.push('renew'),
      },
      alarms: { raise: (alarm) => told.push(`raise ${alarm}`), clear: (alarm) => told.push(`clear ${alarm}`) },
      clock: { nowMs: () => scene.marketMs },
      hours: { phase: sessionPhase },
      isReady: () => scene.isReady,
      silentFeedMs: SILENT_MS,
    });
    watch.look(0);
    return { scene, watch, told };
  };

  it('speaks after the time without depth, not before, and ends with the first depth', () => {
    const { scene, watch, told } = watched();
    watch.look(SILENT_MS - 1);
    assert.deepEqual(told, []);
    watch.look(SILENT_MS);
    assert.deepEqual(told, ['raise FeedSilent', 'renew']);
    Object.assign(scene, { owedSinceMs: SILENT_MS + 1, hasDepth: true });
    watch.look(SILENT_MS + 2);
    assert.deepEqual(told, ['raise FeedSilent', 'renew', 'clear FeedSilent']);
  });

  for (const [what, change] of [
    ['in the maintenance break', { marketMs: MAINTENANCE }],
    ['at the weekend', { marketMs: WEEKEND }],
    ['while the connection is not ready', { isReady: false }],
    ['where depth was refused, or not asked for', { owedSinceMs: null }],
  ] as const)
    it(`says nothing ${what}, and gives the feed its time anew afterwards`, () => {
      const { scene, watch, told } = watched();
      Object.assign(scene, change);
      watch.look(10 * SILENT_MS);
      Object.assign(scene, { owedSinceMs: 0, marketMs: OPEN, isReady: true });
      watch.look(11 * SILENT_MS);
      watch.look(12 * SILENT_MS - 1);
      assert.deepEqual(told, []);
      watch.look(12 * SILENT_MS);
      assert.deepEqual(told, ['raise FeedSilent', 'renew']);
    });
});
