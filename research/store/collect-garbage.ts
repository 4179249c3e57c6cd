import { namesOf } from './check-objects.js';
import type { MarketStore } from './market-store.js';

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
  const namedBy = namesOf(store);
  let [removed, bytes, young, kept] = [0, 0, 0, 0];
  for await (const object of store.objects.list()) {
    if (namedBy.has(object.sha256) || alsoNamed.has(object.sha256)) kept++;
    else if (object.touchedMs > untouchedSinceMs) young++;
    else if (!dryRun && !(await store.objects.remove(object.sha256, untouchedSinceMs))) young++;
    else {
      removed++;
      bytes += object.bytes;
    }
  }
  const drafts = dryRun ? 0 : await store.objects.removeDrafts(untouchedSinceMs);
  return { removed, bytes, drafts, young, kept };
}
