import type { SubtreeHash } from '../../shared/trust/tlog/merkle.js';
import {
  entriesIn,
  entriesPath,
  hashesFromTiles,
  type Tile,
  tileInTree,
  tilePath,
} from '../../shared/trust/tlog/tiles.js';

/** @returns the bytes at a path below the log; throws where there are none */
export type ReadLog = (path: string) => Promise<Uint8Array>;

class TileMissing extends Error {
  constructor(tile: Tile) {
    super(tilePath(tile));
  }
}

/** A tree whose tiles are fetched when they are needed, each once. What they say is believed only as far as a proof bears it out. */
export class FetchedTree {
  private readonly tiles = new Map<string, Uint8Array>();

  constructor(
    readonly size: number,
    private readonly read: ReadLog,
  ) {}

  /** Calls a computation over hashes, again after each tile that it lacked. */
  async compute<T>(of: (hashOf: SubtreeHash) => T): Promise<T> {
    const hashOf = hashesFromTiles(this.size, (tile) => {
      const bytes = this.tiles.get(tilePath(tile));
      if (!bytes) throw new TileMissing(tile);
      return bytes;
    });
    for (;;)
      try {
        return of(hashOf);
      } catch (error) {
        if (!(error instanceof TileMissing)) throw error;
        this.tiles.set(error.message, await this.read(error.message));
      }
  }

  /** Entries of a bundle. @throws RangeError where it is damaged */
  async entries(bundle: number): Promise<Uint8Array[]> {
    const width = tileInTree(0, bundle, this.size)?.width ?? 0;
    const entries = entriesIn(await this.read(entriesPath(bundle, width)));
    if (entries.length !== width) throw new RangeError(`${entriesPath(bundle, width)} has ${entries.length} entries`);
    return entries;
  }
}
