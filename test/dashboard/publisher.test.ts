import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { verifyPage } from '../../dashboard/check/verify-page.js';
import type { LocalPage } from '../../deploy/local-page.js';
import { MonitorFolder } from '../../research/monitor/monitor-folder.js';
import { fillSalts } from '../../research/public/fill-salt.js';
import { PublicLog } from '../../research/public/public-log.js';
import { Publisher } from '../../research/public/publisher.js';
import { publicConfig } from '../../shared/config/public.js';
import { createMarketClock } from '../../shared/market/clock/market-clock.js';
import { BROKER } from '../path/batches.js';
import { RECEIPT_ROOT } from '../path/broker-rig.js';
import { Road } from '../path/road.js';
import { KEYS, temporaryFolder } from '../release/release-fixture.js';
import { startTestPage } from './test-page.js';

const ORIGIN = 'log.example.org';

describe('the publisher', function () {
  this.timeout(180_000);
  const folder = temporaryFolder();
  let road: Road;
  let page: LocalPage;
  let nowMs: number;

  beforeEach(async () => {
    road = new Road(path.join(folder(), 'road'));
    nowMs = Date.now();
    page = await startPage();
  });
  afterEach(() => page.close());

  const startPage = () => startTestPage();
  const at = (name: string) => path.join(folder(), name);

  /** As a process that has just begun. */
  function publisher(changes: object = {}): Publisher {
    const config = publicConfig.parse({ origin: ORIGIN, fillDelaySeconds: 900, ...changes });
    return new Publisher({
      ...{ config, url: page.url, key: KEYS.state, postedFile: at('posted.json') },
      log: openLog(),
      clock: () => createMarketClock({ kind: 'real' }),
      sources: () => ({
        from: { receiverFolder: road.options().folder, broker: BROKER, epoch: 1, root: RECEIPT_ROOT, formerRoots: [] },
        ...{ instrument: 'ESH5', tickValue: 12.5, nowMs, fillDelaySeconds: 900 },
        ...{ releasesFolder: at('releases'), shipsFolder: at('ships'), reports: new MonitorFolder(at('monitor')) },
        saltOf: fillSalts(at('salt.key'), ORIGIN),
      }),
    });
  }
  const openLog = () => new PublicLog(at('log'), ORIGIN, [KEYS.state], [RECEIPT_ROOT.roles.state]);

  /** Some fills that the bridge has journalled, on their way home, and received. */
  async function bringFills(count: number): Promise<void> {
    // Each after its intent.
    if (count > 0) road.rig.orders(2 * count);
    await road.rig.sealAll();
    road.send();
    assert.deepEqual((await road.receive()).setAside, []);
  }
  const verified = async () => {
    // The page is made anew once a second.
    await pause(1100);
    return await verifyPage(page.url, ORIGIN, [KEYS.state.spkiDer.toString('base64')], null);
  };
  const kinds = () => openLog().entries.map(({ kind }) => kind);

  it('commits to each fill at once, opens it after the delay, and adds nothing twice however often it begins anew', async () => {
    await bringFills(3);
    await publisher().publish();
    for (let i = 0; i < 3; i++) assert.equal((await publisher().publish()).entries, 0);
    assert.deepEqual(kinds(), ['sealed-fill', 'sealed-fill', 'sealed-fill']);
    assert.equal((await verified()).sealed, 3);
    const html = await (await fetch(page.url)).text();
    assert.ok(!html.includes('2926.25'), 'nobody reads it yet');
    nowMs += 901_000;
    await bringFills(1);
    await publisher().publish();
    const found = await verified();
    assert.deepEqual([found.entries, found.fills, found.sealed, found.overdue], [7, 3, 1, 0]);
    assert.ok((await (await fetch(page.url)).text()).includes('2926.25'));
  });

  it('goes on where a page was away, emptied, or knows a higher number, and never back', async () => {
    await bringFills(2);
    await page.close();
    await assert.rejects(publisher().publish(), { type: 'PublishFailed' });
    page = await startPage();
    nowMs += 60_000;
    await publisher().publish();
    assert.equal((await verified()).entries, 2);
    // Its own memory is gone: the page says how far it is.
    rmSync(at('posted.json'));
    nowMs += 60_000;
    await publisher().publish();
    assert.equal((await verified()).entries, 2);
    await page.close();
    page = await startPage();
    nowMs += 60_000;
    await bringFills(1);
    await publisher().publish();
    assert.equal((await verified()).entries, 3);
    for (const name of ['days', 'fills', 'events'])
      assert.equal((await fetch(`${page.url}/api/history/${name}.json`)).status, 200);
  });

  it('stops where the page has more of the log than its folder, and where its folder was altered', async () => {
    await bringFills(2);
    await publisher().publish();
    rmSync(at('log'), { recursive: true });
    nowMs += 60_000;
    await bringFills(1);
    const young = publisher();
    await assert.rejects(young.publish(), (error: Error & { type: string }) =>
      ['PublicLogAhead', 'PublishRefused'].includes(error.type),
    );
    writeFileSync(path.join(at('log'), 'checkpoint'), 'nonsense');
    assert.throws(openLog, /refused/);
  });

  it('costs no more writes than the plan has, and puts news together meanwhile', async () => {
    await bringFills(1);
    const writes: number[] = [];
    let [posts, waited] = [0, 0];
    for (let minute = 0; minute < 6 * 60; minute++) {
      if (minute % 30 === 7) await bringFills(1);
      const { posted, waits } = await publisher({ plan: 'free' }).publish();
      if (waits !== null) waited++;
      if (posted.length > 0) {
        posts++;
        const entries = posted.some((one) => one.endsWith('entries')) ? 4 : 0;
        writes.push(entries + posted.filter((one) => !one.endsWith('entries')).length);
      }
      nowMs += 60_000;
    }
    const total = writes.reduce((sum, one) => sum + one, 0);
    assert.ok(total <= 250, `${total} writes in a quarter of a day, of 1,000 a day`);
    assert.ok(posts > 20 && waited > 100, `${posts} posts, waited ${waited} times`);
    assert.equal((await verified()).entries, openLog().size);
  });
});
