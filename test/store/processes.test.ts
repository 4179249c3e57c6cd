import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { checkObjects } from '../../research/store/check-objects.js';
import type { MarketStore } from '../../research/store/market-store.js';
import { REAL_FILES } from '../market/real-files.js';
import { StoreRig } from './store-rig.js';

const PROCESS = fileURLToPath(new URL('./import-process.js', import.meta.url));
const FILES = [REAL_FILES.es, REAL_FILES.euro, REAL_FILES.mbo, REAL_FILES.gc];

function importing(store: MarketStore, files: readonly string[]): ChildProcess {
  return spawn(process.execPath, [PROCESS, store.root, ...files], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function ended(child: ChildProcess): Promise<number | string | null> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return signal ?? code;
}

function contentsOf(store: MarketStore): unknown {
  return store.catalogue.imports().map(({ key, shards, read }) => ({ key, shards, read }));
}

describe('several processes and one store', () => {
  const rig = new StoreRig();
  let expected: unknown;

  beforeEach(async () => {
    const reference = rig.storeNamed('reference');
    for (const file of FILES) await rig.import(file, {}, reference);
    expected = contentsOf(reference);
  });

  it('import the same and different files at the same time, and the store is what one of them would have made', async () => {
    const children = [FILES, FILES.toReversed(), FILES].map((files) => importing(rig.store, files));
    assert.deepEqual(await Promise.all(children.map(ended)), [0, 0, 0]);
    assert.deepEqual(contentsOf(rig.store), expected);
    const check = await checkObjects(rig.store);
    assert.deepEqual([check.ok, check.unnamed], [true, 0]);
  });

  it('leave a whole store when they are killed at any moment, and the next import completes it', async () => {
    const ends: unknown[] = [];
    for (const afterMs of [5, 25, 60, 120, 250, 500]) {
      const child = importing(rig.store, FILES);
      await once(child.stdout!, 'data');
      const end = ended(child);
      const timer = setTimeout(() => child.kill('SIGKILL'), afterMs);
      ends.push(await end);
      clearTimeout(timer);
      const check = await checkObjects(rig.store);
      assert.deepEqual(check.faults, [], `killed after ${afterMs} ms`);
    }
    assert.ok(ends.includes('SIGKILL'));
    assert.equal(await ended(importing(rig.store, FILES)), 0);
    assert.deepEqual(contentsOf(rig.store), expected);
  });
});
