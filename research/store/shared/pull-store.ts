import { namesOf } from '../check-objects.js';
import type { MarketStore } from '../market-store.js';
import { findShards, type ShardQuery } from '../shard-query.js';
import { removeMark } from './bucket-mark.js';

export interface Pulled {
  readonly objects: number;
  /** The folder is a store by itself now. */
  readonly left: boolean;
}

const AT_ONCE = 64;

/**
 * Fetches objects of a shared store before they are needed.
 * @param leave fetch all that something names, and make the folder a store by itself; the bucket stays as it is
 */
export async function pullStore(
  store: MarketStore,
  query: ShardQuery,
  { leave = false, onProgress = () => {} }: { leave?: boolean; onProgress?: (done: number, of: number) => void },
): Promise<Pulled> {
  const wanted = leave
    ? [...namesOf(store).keys()]
    : findShards(store.catalogue.imports(), query).map(({ sha256 }) => sha256);
  const names = [...new Set(wanted)];
  for (let done = 0; done < names.length; done += AT_ONCE) {
    await store.objects.obtain(names.slice(done, done + AT_ONCE));
    onProgress(Math.min(done + AT_ONCE, names.length), names.length);
  }
  if (leave) {
    for (const { quarantine } of store.catalogue.imports())
      if (quarantine !== null) await store.documents.obtain(quarantine);
    removeMark(store.root);
  }
  return { objects: names.length, left: leave };
}
