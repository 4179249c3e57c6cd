import { namesOf } from './check-objects.js';
import type { MarketStore } from './market-store.js';
import type { StoredObject } from './object-store.js';

/** An import puts its objects before it is recorded: what is younger than this may belong to one that is running. */
const GRACE_MS_DEFAULT = 24 * 3_600_000;

export interface GarbageOptions {
  /** Objects that something outside the store names: the training sets of releases. */
  readonly alsoNamed?: ReadonlySet<string>;
  readonly graceMs?: number | undefined;
  readonly nowMs?: number;
  /** Only say what would be removed. */
  readonly dryRun?: boolean | undefined;
}

export interface Collected {
  readonly removed: number;
  readonly bytes: number;
  /** Drafts of killed imports. */
  readonly drafts: number;
  /** Objects that nothing names, but that are too young to be removed. */
  readonly young: number;
  readonly kept: number;
}

/** Removes objects that no import, no snapshot and no release names. @throws BadInput where the catalogue is damaged */
export async function collectGarbage(store: MarketStore, options: GarbageOptions = {}): Promise<Collected> {
  const { alsoNamed = new Set(), graceMs = GRACE_MS_DEFAULT, dryRun = false } = options;
  const untouchedSinceMs = (options.nowMs ?? (await store.objects.nowMs())) - graceMs;
  const isNamed = () => {
    const namedBy = namesOf(store);
    return ({ sha256 }: StoredObject) => namedBy.has(sha256) || alsoNamed.has(sha256);
  };
  let [removed, bytes, young, kept] = [0, 0, 0, 0];
  const candidates: StoredObject[] = [];
  const wasNamed = isNamed();
  for await (const object of store.objects.list()) {
    if (wasNamed(object)) kept++;
    else if (object.touchedMs > untouchedSinceMs) young++;
    else candidates.push(object);
  }
  // What another host has pinned while everything was listed counts too.
  await store.documents.refresh();
  const isNamedNow = isNamed();
  const gone: StoredObject[] = [];
  for (const object of candidates) {
    if (isNamedNow(object)) kept++;
    else if (!dryRun && !(await store.objects.remove(object.sha256, untouchedSinceMs))) young++;
    else gone.push(object);
  }
  const back = dryRun || store.shared === undefined ? new Set() : await sentBack(store, gone, isNamed);
  for (const object of gone.filter((one) => !back.has(one))) {
    removed++;
    bytes += object.bytes;
  }
  kept += back.size;
  const drafts = dryRun ? 0 : await store.objects.removeDrafts(untouchedSinceMs);
  return { removed, bytes, drafts, young, kept };
}

/**
 * Another host may have sent an object, and named it, between the last look at it and its removal. Whoever names one after this look finds
 * it missing and sends it again (`confirm`).
 */
async function sentBack(
  store: MarketStore,
  gone: readonly StoredObject[],
  isNamed: () => (object: StoredObject) => boolean,
): Promise<Set<StoredObject>> {
  await store.documents.refresh();
  const named = gone.filter(isNamed());
  for (const { sha256 } of named) await store.objects.publish(sha256);
  return new Set(named);
}
