import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { BadInput, Failure } from '../../shared/failure.js';
import { jsonOfFormat } from '../../shared/formats/version-found.js';
import { sha256Hex } from '../../shared/reference.js';
import { shard } from './catalogue.js';
import type { MarketStore } from './market-store.js';
import { merkleRootOf } from './merkle-root.js';
import { findShards, type ShardQuery } from './shard-query.js';

/** A training set as it was when it was pinned: nothing in it changes or goes away as long as the snapshot is there. */
export const snapshot = z.strictObject({
  v: z.literal(1),
  /** Over the sha256 of the shards, in their order; names the snapshot. */
  merkleRoot: sha256Hex,
  /** Some of the data are generated: say SYNTHETIC wherever the snapshot is shown. */
  synthetic: z.boolean(),
  shards: z.array(shard.extend({ feed: z.string(), synthetic: z.boolean() })).min(1),
  createdAt: z.iso.datetime(),
});
export type Snapshot = Readonly<z.infer<typeof snapshot>>;

/** Pins the shards that are asked for; the same shards give the same snapshot. @throws Failure where there are none */
export async function takeSnapshot(store: MarketStore, query: ShardQuery): Promise<Snapshot> {
  const shards = findShards(store.catalogue.imports(), query);
  if (shards.length === 0)
    throw new Failure('NothingToPin', 'no shard in the store matches', 'see `believe store ls` for what there is');
  const merkleRoot = merkleRootOf(shards.map(({ sha256 }) => sha256));
  const synthetic = shards.some((one) => one.synthetic);
  const taken: Snapshot = { v: 1, merkleRoot, synthetic, shards, createdAt: new Date().toISOString() };
  const isNew = await store.documents.create(`snapshots/${merkleRoot}.json`, `${JSON.stringify(taken)}\n`);
  return isNew ? taken : readSnapshot(path.join(store.snapshotsFolder, `${merkleRoot}.json`));
}

/** Every snapshot of a store. @throws BadInput where one is damaged */
export function allSnapshots(store: MarketStore): Snapshot[] {
  try {
    const names = readdirSync(store.snapshotsFolder).filter((name) => /^[0-9a-f]{64}\.json$/.test(name));
    return names.sort().map((name) => readSnapshot(path.join(store.snapshotsFolder, name)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function readSnapshot(file: string): Snapshot {
  try {
    const found = snapshot.parse(jsonOfFormat('snapshot', file, readFileSync(file, 'utf8')));
    const root = merkleRootOf(found.shards.map(({ sha256 }) => sha256));
    if (root !== found.merkleRoot || path.basename(file) !== `${root}.json`)
      throw new Error(`its shards have the Merkle root ${root}`);
    return found;
  } catch (error) {
    if (error instanceof Failure) throw error;
    const reason = `is no snapshot: ${(error as Error).message.slice(0, 200)}`;
    throw new BadInput(file, undefined, reason, 'restore it from a backup, or take it again');
  }
}
