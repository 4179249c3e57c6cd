import { rm } from 'node:fs/promises';
import type { FolderObjectStore } from '../object-store.js';

/** A copy that was asked for within this time may be about to be opened: it stays, also beyond the bound. */
const IN_USE_MS = 6 * 3_600_000;

/** Removes the copies that were not asked for the longest, until they are within the bound. @returns bytes that were removed */
export async function trimCopies(copies: FolderObjectStore, bytesMax: number, nowMs = Date.now()): Promise<number> {
  const all = [];
  for await (const copy of copies.list()) all.push(copy);
  let excess = all.reduce((sum, { bytes }) => sum + bytes, 0) - bytesMax;
  let removed = 0;
  for (const { sha256, bytes, touchedMs } of all.sort((a, b) => a.touchedMs - b.touchedMs)) {
    if (excess <= 0 || touchedMs > nowMs - IN_USE_MS) break;
    await rm(copies.locate(sha256), { force: true });
    excess -= bytes;
    removed += bytes;
  }
  return removed;
}
