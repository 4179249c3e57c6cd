import assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createPathSteps } from '../../activities/broker/path-steps.js';
import { prune } from '../../broker/prune/prune.js';
import { captureBacklog } from '../../broker/seal/captured-days.js';
import { ingestDay } from '../../research/ingest/ingest-day.js';
import { openStoredStreams } from '../../research/replay/stored-streams.js';
import { MarketStore } from '../../research/store/market-store.js';
import { readDepthEvents } from '../../research/store/read-depth.js';
import { uploadConfig } from '../../shared/config/upload.js';
import type { FollowStatus } from '../../shared/contract/follow-status.js';
import { createMarketClock } from '../../shared/market/clock/market-clock.js';
import { TradeDateHours } from '../../shared/market/clock/trade-date-hours.js';
import { temporaryFolder } from '../release/release-fixture.js';
import { BROKER } from './batches.js';
import { DATE, RECEIPT_ROOT } from './broker-rig.js';
import { Road } from './road.js';

const NEXT = '2025-06-03';
const OPEN = `sierra-ESM5-${DATE}-2.jsonl.open`;
const OTHERS = ['sierra', 't29'] as const;

describe('captures beside the bridge', () => {
  const folder = temporaryFolder();
  let road: Road;
  let store: MarketStore;
  beforeEach(() => {
    road = new Road(path.join(folder(), 'road'));
    store = new MarketStore(path.join(folder(), 'store'));
  });
  const of = (source?: (typeof OTHERS)[number]) => ({
    ...{ source, instrument: 'ESM5', tradeDate: DATE, broker: BROKER, epoch: 1, store },
    ...{ receiverFolder: road.options().folder, root: RECEIPT_ROOT, formerRoots: [] },
  });
  const sealAndSend = async (closes: readonly string[]) => {
    await road.rig.sealing(async (sealer) => {
      await sealer.sealAll();
      for (const stream of closes) sealer.closeDay(stream, DATE);
    });
    road.send();
    return (await road.receive()).setAside;
  };
  const eventsIn = async (feed?: string) => {
    let events = 0;
    for await (const batch of readDepthEvents(store, { instrument: 'ESM5', tradeDate: DATE, feed }))
      events += batch.length;
    return events;
  };

  it('are streams and feeds of their own, and the bridge’s is read where nobody names one', async () => {
    road.rig.segment(1, 30);
    road.rig.segment(1, 40, { source: 'sierra' });
    road.rig.segment(1, 50, { source: 't29' });
    assert.deepEqual(await sealAndSend(['capture/dom_ib/ESM5', 'capture/sierra/ESM5', 'capture/t29/ESM5']), []);
    for (const source of [undefined, ...OTHERS]) await ingestDay(of(source));
    assert.deepEqual(
      [await eventsIn(), await eventsIn('ib'), await eventsIn('sierra'), await eventsIn('t29')],
      [30, 30, 40, 50],
    );
    const [stream] = await openStoredStreams(store, { instrument: 'ESM5' });
    assert.equal(stream!.header.source, 'ib');
  });

  it('are read where there is no other', async () => {
    road.rig.segment(1, 40, { source: 'sierra' });
    await sealAndSend(['capture/sierra/ESM5']);
    await ingestDay(of('sierra'));
    assert.equal(await eventsIn(), 40);
  });

  it('never pass for another one: what says that it is of another feed is set aside', async () => {
    road.rig.segment(1, 30, { feed: 'sierra' });
    road.rig.segment(1, 30, { source: 'sierra', feed: 'ib' });
    const setAside = await sealAndSend([]);
    assert.deepEqual(
      setAside.map(({ reason, message }) => [reason, /is of the feed (ib|sierra)/.exec(message)?.[1]]),
      [
        ['schema', 'sierra'],
        ['schema', 'ib'],
      ],
    );
  });

  it('bring a date home again as long as one of them is not acknowledged, and once for all', () => {
    road.rig.segment(1, 30);
    road.rig.segment(1, 30, { source: 'sierra' });
    road.rig.segment(1, 30, { source: 't29', date: NEXT });
    const days = captureBacklog(road.rig.path(), { broker: BROKER, epoch: 1, before: '2025-06-04' });
    assert.deepEqual(days, [
      { instrument: 'ESM5', tradeDate: DATE },
      { instrument: 'ESM5', tradeDate: NEXT },
    ]);
  });

  it('are pruned by the same rules: never what nobody has acknowledged', () => {
    for (const source of OTHERS) road.rig.segment(1, 10, { source });
    const options = { broker: BROKER, epoch: 1, retentionDays: 1, tradeDate: '2026-06-03' };
    assert.deepEqual(prune({ brokerFolder: road.rig.path(), ...options }), []);
  });

  describe('are waited for', () => {
    const statusFile = () => road.rig.path('sierra', 'status-ESM5.json');
    const status = (closedThrough: string | null) => {
      const now = new Date().toISOString();
      const said: FollowStatus = {
        ...{ v: 1, at: now, pid: 1, symbol: 'ESM5', instrument: 'ESM5', dataFolder: 'Data', trades: 1, changes: 1 },
        ...{ faults: 0, lastEventAt: now, lastEventTime: now, closedThrough, missing: [], problem: null },
      };
      writeFileSync(statusFile(), JSON.stringify(said));
    };
    const waiting = (ask: { source?: 'sierra' }, patienceSeconds: number, isExpected = true) => {
      const hours = new TradeDateHours('ES', () => createMarketClock({ kind: 'real' }));
      const { awaitCaptured } = createPathSteps({
        ...{
          ...road.rig.options(),
          upload: uploadConfig.parse({}),
          hours,
          instrument: 'ESM5',
          tradeDateNow: () => NEXT,
        },
        second: { isExpected, statusFile, patienceSeconds },
        transport: { push: async () => ({ files: 0, bytes: 0 }), takeReceipts: async () => [] },
      } as never);
      return new MockActivityEnvironment().run(awaitCaptured, { instrument: 'ESM5', tradeDate: DATE, ...ask });
    };

    it('where they run or have captured, and not where nothing says so', async () => {
      road.rig.segment(1, 10);
      road.rig.segment(1, 10, { source: 't29' });
      assert.deepEqual(await waiting({}, 1), { segments: 1, others: ['t29'] });
      status(null);
      assert.deepEqual(await waiting({}, 1), { segments: 1, others: ['sierra', 't29'] });
    });

    it('until they say that nothing of the date will come, or for as long as the settings say', async () => {
      road.rig.segment(1, 10, { source: 'sierra' });
      road.rig.segment(2, 10, { source: 'sierra', suffix: '.open' });
      status(DATE);
      assert.deepEqual(await waiting({ source: 'sierra' }, 0.7), { segments: 2, open: 1 }, 'one is still written');
      renameSync(road.rig.path('sierra', OPEN), road.rig.path('sierra', OPEN.slice(0, -'.open'.length)));
      assert.deepEqual(await waiting({ source: 'sierra' }, 600), { segments: 2, open: 0 });
      status('2025-05-30');
      assert.deepEqual(await waiting({ source: 'sierra' }, 0.7), { segments: 2, open: 0 }, 'patience has an end');
      writeFileSync(statusFile(), '{}');
      assert.deepEqual(
        await waiting({ source: 'sierra' }, 600, false),
        { segments: 2, open: 0 },
        'nobody follows here',
      );
    });
  });
});
