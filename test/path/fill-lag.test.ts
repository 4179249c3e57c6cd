import assert from 'node:assert/strict';
import { fillLag } from '../../research/receive/fill-lag.js';
import { temporaryFolder } from '../release/release-fixture.js';
import { DATE } from './broker-rig.js';
import { Road } from './road.js';

describe('how late fills are known', () => {
  const folder = temporaryFolder();

  it('is told of the newest that were received, from the time on the broker to that of the verified batch', async () => {
    const road = new Road(folder());
    const orders = road.places.batches({ stream: 'orders', epoch: 1 });
    assert.equal(fillLag(orders), null);
    const sinceMs = Date.now();
    road.rig.orders(300);
    await road.rig.sealAll();
    road.send();
    await road.receive();
    const lag = fillLag(orders)!;
    // Every second line is a fill; their times lie within one second of the market.
    assert.equal(lag.fills, 150);
    const [least, most] = [sinceMs, Date.now()].map((ms) => (ms - Date.parse(`${DATE}T14:30:00Z`)) / 1000);
    assert.ok(lag.lagSecondsP50 > least! - 1 && lag.lagSecondsP99 < most! + 1, JSON.stringify(lag));
    assert.ok(lag.lagSecondsP50 < lag.lagSecondsP99);
  });
});
