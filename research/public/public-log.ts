import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { makeFolder } from '../../shared/node/disk/make-folder.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { entryBytes, type PublicEntry, publicEntry } from '../../shared/public-record/entry.js';
import type { SigningKey } from '../../shared/trust/ed25519-key.js';
import type { TrustedRole } from '../../shared/trust/root.js';
import { openCheckpoint, signCheckpoint } from '../../shared/trust/tlog/checkpoint.js';
import { EMPTY_EDGE, grownLog, type LogEdge } from '../../shared/trust/tlog/grown-log.js';
import { proveConsistency, rootHash, type SubtreeHash, sameBytes } from '../../shared/trust/tlog/merkle.js';
import {
  entriesIn,
  entriesPath,
  hashesFromTiles,
  TILE_WIDTH,
  tileInTree,
  tilePath,
} from '../../shared/trust/tlog/tiles.js';
import { LogDamaged } from '../receive/tile-log.js';

const CHECKPOINT_FILE = 'checkpoint';

/**
 * The publisher's own copy of the public log, with everything that was ever committed to: what is published next follows from it
 * alone. Static files (C2SP tlog-tiles); what lies there behind the checkpoint was not finished. One process at a time.
 */
export class PublicLog {
  private edge: LogEdge = EMPTY_EDGE;
  private readonly all: PublicEntry[] = [];
  private root: Uint8Array = grownLog(EMPTY_EDGE, []).root;

  /** @throws LogDamaged where the entries do not hash to the signed checkpoint */
  constructor(
    private readonly folder: string,
    private readonly origin: string,
    private readonly keys: readonly SigningKey[],
    roles: readonly TrustedRole[],
  ) {
    const file = this.at(CHECKPOINT_FILE);
    if (!existsSync(file)) return;
    const checkpoint = openByAny(readFileSync(file), origin, roles);
    const entries: Uint8Array[] = [];
    for (let bundle = 0; bundle * TILE_WIDTH < checkpoint.size; bundle++) {
      const width = tileInTree(0, bundle, checkpoint.size)!.width;
      entries.push(...entriesIn(this.read(entriesPath(bundle, width))));
    }
    const grown = grownLog(EMPTY_EDGE, entries);
    if (grown.edge.size !== checkpoint.size || !sameBytes(grown.root, checkpoint.root))
      throw new LogDamaged(folder, 'its entries do not hash to its checkpoint');
    this.edge = grown.edge;
    this.root = grown.root;
    for (const entry of entries) this.all.push(publicEntry.parse(JSON.parse(new TextDecoder().decode(entry))));
  }

  get size(): number {
    return this.edge.size;
  }

  get entries(): readonly PublicEntry[] {
    return this.all;
  }

  get rootBase64(): string {
    return Buffer.from(this.root).toString('base64');
  }

  /** Durably, all or none: the files first, the checkpoint last. */
  append(entries: readonly PublicEntry[]): void {
    if (entries.length === 0) return;
    const grown = grownLog(this.edge, entries.map(entryBytes));
    for (const { path: name, bytes } of grown.files) this.write(name, bytes);
    const checkpoint = { origin: this.origin, size: grown.edge.size, root: grown.root };
    this.write(CHECKPOINT_FILE, signCheckpoint(checkpoint, this.keys));
    this.edge = grown.edge;
    this.root = grown.root;
    this.all.push(...entries);
  }

  /** Signed, of the first entries alone: what a page that is behind goes through. */
  checkpointAt(size: number): string {
    return signCheckpoint({ origin: this.origin, size, root: rootHash(size, this.hashOf()) }, this.keys);
  }

  /** That the log begins with its first `oldSize` entries, in base64. */
  proveConsistency(oldSize: number): string[] {
    if (oldSize === 0 || oldSize >= this.size) return [];
    return proveConsistency(oldSize, this.size, this.hashOf()).map((hash) => Buffer.from(hash).toString('base64'));
  }

  private hashOf(): SubtreeHash {
    return hashesFromTiles(this.size, (tile) => this.read(tilePath(tile)));
  }

  private read(name: string): Uint8Array {
    try {
      return readFileSync(this.at(name));
    } catch (error) {
      throw new LogDamaged(this.folder, `${name} cannot be read: ${(error as Error).message}`);
    }
  }

  private write(name: string, bytes: Uint8Array | string): void {
    makeFolder(path.dirname(this.at(name)));
    replaceFile(this.at(name), bytes);
  }

  private at(name: string): string {
    return path.join(this.folder, ...name.split('/'));
  }
}

/** Keys may have been rotated since: what they signed of our own folder is still ours. */
function openByAny(bytes: Uint8Array, origin: string, roles: readonly TrustedRole[]) {
  let last: unknown;
  for (const role of roles)
    try {
      return openCheckpoint(bytes, origin, role);
    } catch (error) {
      last = error;
    }
  throw last;
}
