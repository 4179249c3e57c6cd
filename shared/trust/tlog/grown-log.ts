import { concatBytes } from '@noble/hashes/utils.js';
import { z } from 'zod';
import { leafHash, TreeEdge } from './merkle.js';
import { base64Of, bytesOfBase64 } from './note-text.js';
import { bundled, entriesPath, subtreeOf, TILE_WIDTH, tilePath } from './tiles.js';

/** The right edge of the log: all that is needed to go on, and to know its root. Bytes in base64. */
export const logEdge = z.strictObject({
  size: z.number().int().nonnegative(),
  subtrees: z.array(z.string()),
  /** Hashes of the tile at the right edge of each level that is not full. */
  tiles: z.array(z.string()),
  /** Entries of the last bundle that is not full. */
  bundle: z.string(),
});
export type LogEdge = z.infer<typeof logEdge>;
export const EMPTY_EDGE: LogEdge = { size: 0, subtrees: [], tiles: [], bundle: '' };

export interface LogFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** The log with some entries more: its root, its edge, and the files that say so (C2SP tlog-tiles). */
export function grownLog(
  edge: LogEdge,
  entries: readonly Uint8Array[],
): { readonly edge: LogEdge; readonly root: Uint8Array; readonly files: readonly LogFile[] } {
  let tree = TreeEdge.of(edge.size, edge.subtrees.map(bytes));
  const tiles = edge.tiles.map(bytes);
  let bundle = bytes(edge.bundle);
  const files: LogFile[] = [];
  for (const entry of entries) {
    bundle = concatBytes(bundle, bundled(entry));
    const hash = leafHash(entry);
    tree = tree.with(hash);
    const isFull = put(tiles, 0, hash, tree.size, files);
    if (!isFull) continue;
    files.push({ path: entriesPath(tree.size / TILE_WIDTH - 1, TILE_WIDTH), bytes: bundle });
    bundle = new Uint8Array();
  }
  const rest = tree.size % TILE_WIDTH;
  if (entries.length > 0 && rest > 0)
    files.push({ path: entriesPath(Math.floor(tree.size / TILE_WIDTH), rest), bytes: bundle });
  if (entries.length > 0) files.push(...partials(tiles, tree.size));
  return {
    edge: {
      size: tree.size,
      subtrees: tree.hashes.map(base64Of),
      tiles: tiles.map(base64Of),
      bundle: base64Of(bundle),
    },
    root: tree.root(),
    files,
  };
}

/** @returns whether the tile of the lowest level is full with it */
function put(tiles: Uint8Array[], level: number, hash: Uint8Array, size: number, files: LogFile[]): boolean {
  const tile = concatBytes(tiles[level] ?? new Uint8Array(), hash);
  if (tile.length < TILE_WIDTH * 32) {
    tiles[level] = tile;
    return false;
  }
  const index = size / TILE_WIDTH ** (level + 1) - 1;
  files.push({ path: tilePath({ level, index, width: TILE_WIDTH }), bytes: tile });
  tiles[level] = new Uint8Array();
  put(tiles, level + 1, subtreeOf(tile), size, files);
  return true;
}

function partials(tiles: readonly Uint8Array[], size: number): LogFile[] {
  return tiles.flatMap((tile, level) => {
    const width = tile.length / 32;
    if (width === 0) return [];
    const index = Math.floor(Math.floor(size / TILE_WIDTH ** level) / TILE_WIDTH);
    return [{ path: tilePath({ level, index, width }), bytes: tile }];
  });
}

/** @throws TypeError where it is not base64 */
function bytes(text: string): Uint8Array {
  const found = bytesOfBase64(text);
  if (found === null) throw new TypeError('not base64');
  return found;
}
