import type { MarketStore } from './market-store.js';
import { inParallel } from './shared/in-parallel.js';
import { namedTrainingSets } from './shared/training-sets.js';
import { allSnapshots } from './snapshot.js';

const FETCHED_AT_ONCE = 4;

/** An object that is not what it should be. */
export interface DamagedObject {
  readonly sha256: string;
  readonly fault: 'missing' | 'damaged';
  readonly path: string;
  /** What its bytes are now; null where it is missing. */
  readonly found: string | null;
  /** Imports (by file) and snapshots (by Merkle root) that name it. */
  readonly namedBy: readonly string[];
}

export interface StoreCheck {
  readonly ok: boolean;
  readonly objects: number;
  readonly bytes: number;
  readonly faults: readonly DamagedObject[];
  /** Objects that nothing names: `gc` removes them. */
  readonly unnamed: number;
}

/** Reads every object again and compares its bytes with its name. @throws BadInput where the catalogue is damaged */
export async function checkObjects(
  store: MarketStore,
  onProgress: (done: number, of: number) => void = () => {},
): Promise<StoreCheck> {
  const namedBy = namesOf(store);
  const present = new Set<string>();
  for await (const { sha256 } of store.objects.list()) present.add(sha256);
  const all = [...new Set([...namedBy.keys(), ...present])].sort();
  const faults: DamagedObject[] = [];
  let bytes = 0;
  let done = 0;
  await inParallel(store.shared === undefined ? 1 : FETCHED_AT_ONCE, all, async (sha256) => {
    onProgress(done++, all.length);
    const found = await store.objects.check(sha256);
    bytes += found?.bytes ?? 0;
    if (found?.sha256 === sha256) return;
    faults.push({
      sha256,
      fault: found ? 'damaged' : 'missing',
      path: store.objects.whereKept(sha256),
      found: found?.sha256 ?? null,
      namedBy: namedBy.get(sha256) ?? [],
    });
  });
  faults.sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
  const unnamed = [...present].filter((sha256) => !namedBy.has(sha256)).length;
  return { ok: faults.length === 0, objects: all.length, bytes, faults, unnamed };
}

/** Who names each object. */
export function namesOf(store: MarketStore): Map<string, string[]> {
  const namedBy = new Map<string, string[]>();
  const name = (sha256: string, by: string) => {
    const names = namedBy.get(sha256) ?? [];
    if (!names.includes(by)) names.push(by);
    namedBy.set(sha256, names);
  };
  for (const { file, shards } of store.catalogue.imports())
    for (const { sha256 } of shards) name(sha256, `import of ${file}`);
  for (const { merkleRoot, shards } of allSnapshots(store))
    for (const { sha256 } of shards) name(sha256, `snapshot ${merkleRoot}`);
  for (const { merkleRoot, objects } of namedTrainingSets(store))
    for (const sha256 of objects) name(sha256, `training set ${merkleRoot}`);
  return namedBy;
}
