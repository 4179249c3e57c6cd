import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { releaseShards } from '../../research/ship/release-shards.js';
import { checkObjects } from '../../research/store/check-objects.js';
import { collectGarbage } from '../../research/store/collect-garbage.js';
import { merkleRootOf } from '../../research/store/merkle-root.js';
import { takeSnapshot } from '../../research/store/snapshot.js';
import { REAL_FILES } from '../market/real-files.js';
import { StoreRig } from './store-rig.js';

/** Later than any object. */
const NOW = { graceMs: 0, nowMs: Number.MAX_SAFE_INTEGER };

describe('the upkeep of the store', () => {
  const rig = new StoreRig();

  async function forgetAll(): Promise<void> {
    for (const { key } of rig.store.catalogue.imports()) await rig.store.catalogue.forget(key);
  }

  it('finds a flipped bit, and names the object, its file and who needs it', async () => {
    await rig.import(REAL_FILES.es);
    const { merkleRoot } = await takeSnapshot(rig.store, { dataset: 'ticks' });
    assert.equal((await checkObjects(rig.store)).ok, true);
    const [shard] = rig.store.catalogue.imports()[0]!.shards.filter(({ dataset }) => dataset === 'ticks');
    const file = rig.store.objects.locate(shard!.sha256);
    const bytes = readFileSync(file);
    for (const at of [0, bytes.length >> 1, bytes.length - 1]) {
      const damaged = Buffer.from(bytes);
      damaged[at]! ^= 4;
      writeFileSync(file, damaged);
      const check = await checkObjects(rig.store);
      assert.equal(check.ok, false);
      assert.deepEqual(
        check.faults.map(({ sha256, fault, path: where, namedBy }) => ({ sha256, fault, where, namedBy })),
        [
          {
            sha256: shard!.sha256,
            fault: 'damaged',
            where: file,
            namedBy: [`import of ${path.basename(REAL_FILES.es)}`, `snapshot ${merkleRoot}`],
          },
        ],
      );
    }
    rmSync(file);
    assert.equal((await checkObjects(rig.store)).faults[0]!.fault, 'missing');
  });

  it('heals a damaged object by importing its file again', async () => {
    await rig.import(REAL_FILES.es);
    const { sha256 } = rig.store.catalogue.imports()[0]!.shards[0]!;
    writeFileSync(rig.store.objects.locate(sha256), 'damaged');
    await forgetAll();
    await rig.import(REAL_FILES.es);
    assert.equal((await checkObjects(rig.store)).ok, true);
  });

  it('refuses to work with a catalogue or a snapshot that was tampered with', async () => {
    const { record } = await rig.import(REAL_FILES.es);
    const { merkleRoot } = await takeSnapshot(rig.store, {});
    const pinned = path.join(rig.store.snapshotsFolder, `${merkleRoot}.json`);
    const text = readFileSync(pinned, 'utf8');
    writeFileSync(pinned, text.replace(record.shards[0]!.sha256, '0'.repeat(64)));
    await assert.rejects(checkObjects(rig.store), /is no snapshot: its shards have the Merkle root/);
    writeFileSync(pinned, text);
    writeFileSync(path.join(rig.store.root, 'catalogue', `${record.key}.json`), '{"v":1');
    await assert.rejects(collectGarbage(rig.store, NOW), /is no import record/);
  });

  it('pins a training set by the Merkle root of its shards: the same shards, the same snapshot', async () => {
    await rig.import(REAL_FILES.es);
    await rig.import(REAL_FILES.mbp1);
    const taken = await takeSnapshot(rig.store, { dataset: 'mbp10' });
    assert.equal(taken.merkleRoot, merkleRootOf(taken.shards.map(({ sha256 }) => sha256)));
    assert.deepEqual(
      taken.shards.map(({ instrument }) => instrument),
      ['ESU4', 'ESU9'],
    );
    await rig.import(REAL_FILES.mbo);
    const byFeed = await takeSnapshot(rig.store, { dataset: 'mbp10', to: '2024-07-02', feed: 'depth' });
    assert.equal(byFeed.shards.length, 1);
    assert.notEqual((await takeSnapshot(rig.store, { dataset: 'mbp10' })).merkleRoot, taken.merkleRoot);
    await assert.rejects(takeSnapshot(rig.store, { instrument: 'NONE' }), /no shard in the store matches/);
  });

  it('never removes what an import, a snapshot or a release names, and removes all else', async () => {
    const { record: es } = await rig.import(REAL_FILES.es);
    const { record: mbp } = await rig.import(REAL_FILES.mbp1);
    await rig.import(REAL_FILES.trades);
    assert.equal((await collectGarbage(rig.store, NOW)).removed, 0);
    await takeSnapshot(rig.store, { instrument: 'ESU9' });
    const ship = path.join(rig.folder, 'ships', 'ship-1');
    mkdirSync(ship, { recursive: true });
    const shards = mbp.shards.map(({ sha256, bytes }) => ({ file: 'x', kind: 'depth', sha256, bytes }));
    writeFileSync(path.join(ship, 'training-set.json'), JSON.stringify({ v: 2, series: [{ shards }] }));
    await forgetAll();
    const alsoNamed = releaseShards(path.join(rig.folder, 'ships'));
    assert.equal((await collectGarbage(rig.store, { ...NOW, alsoNamed, dryRun: true })).removed, 1);
    const done = await collectGarbage(rig.store, { ...NOW, alsoNamed });
    assert.deepEqual([done.removed, done.kept], [1, es.shards.length + mbp.shards.length]);
    for (const { sha256 } of [...es.shards, ...mbp.shards]) assert.ok(existsSync(rig.store.objects.locate(sha256)));
  });

  it('lets young objects be: an import that is running may be about to name them', async () => {
    const { record } = await rig.import(REAL_FILES.trades);
    await forgetAll();
    assert.deepEqual(await collectGarbage(rig.store), { removed: 0, bytes: 0, drafts: 0, young: 1, kept: 0 });
    assert.ok(existsSync(rig.store.objects.locate(record.shards[0]!.sha256)));
  });

  it('does not collect anything where a training set cannot be read', async () => {
    const ship = path.join(rig.folder, 'ships', 'ship-1');
    mkdirSync(ship, { recursive: true });
    writeFileSync(path.join(ship, 'training-set.json'), '{"series":[{"shards":[{}]}]}');
    assert.throws(() => releaseShards(path.join(rig.folder, 'ships')), /is no training set/);
  });
});
