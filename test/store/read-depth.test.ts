import assert from 'node:assert/strict';
import { chmodSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readDepthEvents } from '../../research/store/read-depth.js';
import { findShards } from '../../research/store/shard-query.js';
import { formatEventLine, formatHeaderLine } from '../../shared/market/events/depth-line.js';
import type { EventBatch } from '../../shared/market/events/event-batch.js';
import { TickScale } from '../../shared/market/events/tick-scale.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';
import { batchesOf, eventsOf } from '../market/event.js';
import { randomMarket } from '../market/random-market.js';
import { REAL_FILES } from '../market/real-files.js';
import { StoreRig } from './store-rig.js';

describe('depth events read back from the store', () => {
  const rig = new StoreRig();

  async function all(batches: AsyncGenerator<EventBatch>): Promise<object[]> {
    const events: object[] = [];
    for await (const batch of batches)
      events.push(...eventsOf(batch).map((event, i) => ({ ...event, seq: batch.seq[i]! })));
    return events;
  }

  it('are the events of the file, for the real sample and for random streams with resets and gaps', async () => {
    const header = formatHeaderLine({
      kind: 'header',
      v: 1,
      instrument: 'R',
      tickSize: 0.25,
      multiplier: 1,
      levels: 10,
    });
    const scale = new TickScale(0.25);
    const lines = batchesOf(randomMarket(9, 8000)).flatMap((batch) =>
      Array.from({ length: batch.length }, (_, i) => formatEventLine(batch, i, scale)),
    );
    const random = path.join(rig.folder, 'random.jsonl');
    writeFileSync(random, header + lines.join(''));
    for (const [file, instrument, tradeDate] of [
      [REAL_FILES.es, 'ESU9', '2019-08-29'],
      [random, 'R', '2019-08-29'],
    ] as const) {
      await rig.import(file);
      const expected = await all((await openDepthFile(file)).batches());
      assert.deepEqual(await all(readDepthEvents(rig.store, { instrument, tradeDate })), expected);
    }
  });

  it('are refused where any bit of an object was flipped, wherever it lies', async () => {
    await rig.import(REAL_FILES.es);
    const [shard] = findShards(rig.store.catalogue.imports(), { dataset: 'mbp10', instrument: 'ESU9' });
    const object = rig.store.objects.locate(shard!.sha256);
    const whole = readFileSync(object);
    chmodSync(object, 0o600);
    for (let i = 0; i < 40; i++) {
      const flipped = Buffer.from(whole);
      flipped[Math.floor((i * whole.length) / 40)]! ^= 1 << (i % 8);
      writeFileSync(object, flipped);
      utimesSync(object, 1_700_000_000 + i, 1_700_000_000 + i);
      await assert.rejects(
        all(readDepthEvents(rig.store, { instrument: 'ESU9', tradeDate: '2019-08-29' })),
        /cannot be read: its bytes: they are not those that it is named by/,
      );
    }
  });

  it('are refused where there are none', async () => {
    await assert.rejects(
      all(readDepthEvents(rig.store, { instrument: 'X', tradeDate: '2019-08-29' })),
      /has no .* depth of X/,
    );
  });
});
