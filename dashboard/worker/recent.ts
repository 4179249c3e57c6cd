import type { Environment } from './cloudflare.js';

/** Visitors of the same second see the same: a crowd costs one look a second. */
const RECENT_MS = 1000;
const KEYS_MAX = 64;

/**
 * Something that is made anew when it is older than a second. Values are kept and not promises: a Worker may not wait for what
 * another request has asked for.
 */
export class Recent<T> {
  private readonly made = new Map<string, { readonly atMs: number; readonly value: T }>();

  async of(key: string, make: () => Promise<T>): Promise<T> {
    const nowMs = Date.now();
    const before = this.made.get(key);
    if (before && nowMs - before.atMs < RECENT_MS && nowMs >= before.atMs) return before.value;
    const value = await make();
    if (this.made.size >= KEYS_MAX) this.made.clear();
    this.made.set(key, { atMs: nowMs, value });
    return value;
  }
}

const values = new Recent<Uint8Array<ArrayBuffer> | null>();

/** What lies in the key-value store, or lay there less than a second ago. */
export function recentValue({ PUBLIC }: Environment, key: string): Promise<Uint8Array<ArrayBuffer> | null> {
  return values.of(key, async () => {
    const found = await PUBLIC.get(key, 'arrayBuffer');
    return found === null ? null : new Uint8Array(found);
  });
}
