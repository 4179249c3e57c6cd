import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { DayRecords } from '../../research/ingest/day-record.js';
import { ingestDay } from '../../research/ingest/ingest-day.js';
import { MarketStore } from '../../research/store/market-store.js';
import { readDepthEvents } from '../../research/store/read-depth.js';
import { trustRoot } from '../../shared/node/trust/trust-store.js';
import { atEveryMoment } from '../release/cut-off.js';
import { sha256, temporaryFolder } from '../release/release-fixture.js';
import { CAPTURE, DATE, RECEIPT_ROOT } from './broker-rig.js';
import { receivedDayOf } from './ingest-process.js';
import { Road } from './road.js';

const PROGRAM = fileURLToPath(new URL('./ingest-process.js', import.meta.url));

describe('a day that is brought into the store, and is cut off', () => {
  const folder = temporaryFolder();
  let whole: string;
  let events: string;
  beforeEach(async () => {
    whole = path.join(folder(), 'whole');
    const road = new Road(whole);
    for (const number of [1, 2]) road.rig.segment(number, 60);
    await road.rig.sealing(async (sealer) => {
      await sealer.sealAll();
      sealer.closeDay(CAPTURE, DATE);
    });
    road.send();
    assert.deepEqual((await road.receive()).setAside, []);
    trustRoot(path.join(whole, 'trust'), RECEIPT_ROOT);
    const undisturbed = copyOf('undisturbed');
    await ingestDay(receivedDayOf(undisturbed));
    events = await inStore(undisturbed);
    assert.match(events, /^120 /);
  });
  const copyOf = (name: number | string) => {
    const copy = path.join(folder(), `copy-${name}`);
    cpSync(whole, copy, { recursive: true });
    return copy;
  };

  async function inStore(world: string): Promise<string> {
    const store = new MarketStore(path.join(world, 'store'));
    const seqs: number[] = [];
    for await (const batch of readDepthEvents(store, { instrument: 'ESM5', tradeDate: DATE }))
      for (let i = 0; i < batch.length; i++) seqs.push(batch.seq[i]!);
    return `${seqs.length} ${sha256(seqs.join())}`;
  }

  async function requireWhole(world: string, what: string): Promise<void> {
    const ingest = receivedDayOf(world);
    const [before] = new DayRecords(ingest.store.root).all();
    if (before) assert.equal(before.imports.length, 2, `${what}: a day on record is whole`);
    await ingestDay(ingest);
    assert.equal(await inStore(world), events, what);
    assert.equal(new DayRecords(ingest.store.root).all().length, 1, what);
    assert.equal(ingest.store.catalogue.imports().length, 2, what);
    assert.deepEqual(readdirSync(path.join(ingest.store.root, 'ingest')), [], `${what}: nothing is left lying about`);
  }

  it('at any operation on the disk, is there once and whole when it is run again', async function () {
    this.timeout(300_000);
    const moments = await atEveryMoment(
      (world) => ingestDay(receivedDayOf(world)),
      copyOf,
      (world, moment) => requireWhole(world, `before operation ${moment}`),
    );
    assert.ok(moments > 20, `${moments} moments`);
  });

  it('by SIGKILL, also between the last import and the record of the day', async function () {
    this.timeout(300_000);
    let between = 0;
    let killed = true;
    for (let killAt = 4; killed; killAt += 6) {
      const world = copyOf(killAt);
      const { signal, stderr } = spawnSync(process.execPath, [PROGRAM, world, String(killAt)], { encoding: 'utf8' });
      killed = signal === 'SIGKILL';
      assert.ok(killed || stderr === '', stderr);
      const { store } = receivedDayOf(world);
      if (
        existsSync(store.root) &&
        store.catalogue.imports().length === 2 &&
        new DayRecords(store.root).all().length === 0
      )
        between++;
      await requireWhole(world, `killed before operation ${killAt}`);
    }
    assert.ok(between > 0, 'no kill came between the last import and the record');
  });
});
