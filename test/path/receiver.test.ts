import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { randomNumbers } from '../bridge/kill-moments.js';
import { atEveryMoment } from '../release/cut-off.js';
import { temporaryFolder } from '../release/release-fixture.js';
import { DATE, readOutbox } from './broker-rig.js';
import { layOut, RecordedDisk } from './power-cut.js';
import { dataOf, envelopeOf, Road } from './road.js';

describe('receiving', () => {
  const folder = temporaryFolder();
  let road: Road;
  beforeEach(() => {
    road = new Road(path.join(folder(), 'road'));
  });

  it('takes every line of every stream once, byte for byte, and leaves nothing behind', async () => {
    road.rig.orders(5);
    road.rig.decisions(4);
    road.rig.alarm('one');
    road.rig.status();
    road.rig.segment(1, 3000);
    await road.rig.sealAll();
    await road.rig.sealing((sealer) => sealer.closeDay('orders', DATE));
    road.send();
    const { taken, waiting, setAside, again } = await road.receive();
    assert.deepEqual([waiting, setAside, again], [[], [], []]);
    assert.equal(taken.length, 6);
    assert.deepEqual(road.received(), readOutbox(road.rig.path('outbox')).bytes);
    assert.deepEqual(road.landed(), []);
    assert.deepEqual((await road.receive()).taken, []);
  });

  it('takes batches in order: what comes too early waits, and that is told after a while', async () => {
    await road.sealOrders(4);
    road.send((name) => !name.includes('0000000002'));
    const { taken, waiting, setAside } = await road.receive();
    assert.deepEqual([taken.map(({ seq }) => seq), setAside], [[1], []]);
    assert.deepEqual(
      waiting.map(({ seq, reason, isOverdue }) => [seq, reason, isOverdue]),
      [
        [3, 'gap', false],
        [4, 'gap', false],
      ],
    );
    const late = await road.receive({ wallMs: () => Date.now() + 61_000 });
    assert.deepEqual(
      late.waiting.map(({ isOverdue }) => isOverdue),
      [true, true],
    );
    road.send((name) => name.includes('0000000002'));
    assert.deepEqual(
      (await road.receive()).taken.map(({ seq }) => seq),
      [2, 3, 4],
    );
  });

  it('waits for data that have not come, and for the envelope', async () => {
    await road.sealOrders(2);
    road.send((name) => name === dataOf(1) || name === envelopeOf(2));
    const { taken, waiting } = await road.receive();
    assert.deepEqual(taken, []);
    assert.deepEqual(waiting.map(({ seq, reason }) => [seq, reason]).sort(), [
      [1, 'incomplete'],
      [2, 'gap'],
    ]);
    road.send();
    assert.equal((await road.receive()).taken.length, 2);
  });

  it('acknowledges the same batch again, and takes it once', async () => {
    await road.sealOrders(2);
    road.send();
    await road.receive();
    const receipt = road.receipt('orders');
    rmSync(road.places.receipt({ stream: 'orders', epoch: 1 }));
    road.send();
    const { taken, again, setAside } = await road.receive();
    assert.deepEqual([taken, setAside, again.map(({ seq }) => seq)], [[], [], [1, 2]]);
    assert.ok(road.receipt('orders').equals(receipt));
    assert.deepEqual(road.landed(), []);
  });

  it('leaves what is still being sent alone, until nothing comes any more', async () => {
    writeFileSync(road.landing(`.${dataOf(1)}.aB3xYz`), 'half');
    assert.deepEqual(await road.reasons(), []);
    const { setAside } = await road.receive({ wallMs: () => Date.now() + 61_000 });
    assert.deepEqual(
      setAside.map(({ reason }) => reason),
      ['unknown-file'],
    );
  });

  it('makes its head anew from log and envelopes where it is damaged or old', async () => {
    await road.sealOrders(2);
    road.send();
    await road.receive();
    const head = road.places.head({ stream: 'orders', epoch: 1 });
    const kept = readFileSync(head, 'utf8');
    for (const damaged of ['', '{"v":1', kept.replaceAll('"seq":2', '"seq":"x"')]) {
      writeFileSync(head, damaged);
      road.send();
      assert.deepEqual(
        (await road.receive()).again.map(({ seq }) => seq),
        [1, 2],
      );
      assert.equal(readFileSync(head, 'utf8'), kept);
    }
    await road.sealOrders(1);
    road.send();
    assert.deepEqual(
      (await road.receive()).taken.map(({ seq }) => seq),
      [3],
    );
  });

  it('that is cut off at any operation on the disk, takes every batch exactly once', async function () {
    this.timeout(900_000);
    await road.sealOrders(2);
    road.rig.segment(1, 20);
    await road.rig.sealAll();
    road.send();
    const wanted = readOutbox(road.rig.path('outbox'));
    const moments = await atEveryMoment(
      (copy) => new Road(copy).receive(),
      (moment) => {
        const copy = path.join(folder(), `copy-${moment}`);
        cpSync(road.folder, copy, { recursive: true });
        return copy;
      },
      async (copy, moment) => {
        const again = new Road(copy);
        const { setAside, waiting } = await again.receive();
        assert.deepEqual([setAside, waiting], [[], []], `before operation ${moment}`);
        again.send();
        assert.deepEqual((await again.receive()).taken, [], `before operation ${moment}`);
        assert.deepEqual(again.received(), wanted.bytes, `before operation ${moment}`);
        assert.deepEqual(again.landed(), []);
        for (const [stream, { seq }] of wanted.heads)
          assert.equal(Number(again.receipt(stream).toString().split('\n')[1]), seq, `before operation ${moment}`);
      },
    );
    assert.ok(moments > 60, `${moments} moments`);
  });

  it('that ends by a power cut, takes every batch exactly once', async function () {
    this.timeout(900_000);
    await road.sealOrders(1);
    await road.rig.sealing((sealer) => sealer.closeDay('orders', DATE));
    road.send();
    const wanted = readOutbox(road.rig.path('outbox'));
    const outbox = road.rig.path('outbox');
    const folderOf = (of: Road) => path.join(of.folder, 'receiver');
    const disk = await RecordedDisk.of(folderOf(road), () => road.receive());
    const random = randomNumbers(7);
    for (let count = 0; count <= disk.length; count++)
      for (const survives of [() => false, () => random() < 0.5]) {
        const cut = new Road(path.join(folder(), `cut-${count}-${random()}`));
        layOut(folderOf(cut), disk.after(count, survives));
        await cut.receive();
        for (const name of readdirSync(outbox)) cpSync(path.join(outbox, name), cut.landing(name), { force: false });
        const { setAside, waiting } = await cut.receive();
        assert.deepEqual([setAside, waiting], [[], []], `after step ${count}`);
        assert.deepEqual(cut.received(), wanted.bytes, `after step ${count}`);
        assert.equal(cut.receipt('orders').toString().split('\n')[1], '2', `after step ${count}`);
      }
    assert.ok(disk.length > 40, `${disk.length} steps`);
  });
});
