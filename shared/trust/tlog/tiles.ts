import { HASH_BYTES, nodeHash, type SubtreeHash } from './merkle.js';

/** Height of a tile, and so how many hashes a full one has (C2SP tlog-tiles). */
export const TILE_HEIGHT = 8;
export const TILE_WIDTH = 2 ** TILE_HEIGHT;

export interface Tile {
  readonly level: number;
  readonly index: number;
  /** How many hashes it holds; fewer than 256 at the right edge of a tree. */
  readonly width: number;
}

/** `tile/0/x001/x234/067`, `tile/1/000.p/17`; below the address of the log. */
export function tilePath({ level, index, width }: Tile): string {
  return `tile/${level}/${numberPath(index)}${partialSuffix(width)}`;
}

/** Where the entries lie whose hashes are in a tile of level 0. */
export function entriesPath(index: number, width: number): string {
  return `tile/entries/${numberPath(index)}${partialSuffix(width)}`;
}

function numberPath(index: number): string {
  let path = digits(index % 1000);
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000))
    path = `x${digits(rest % 1000)}/${path}`;
  return path;
}

const digits = (number: number) => String(number).padStart(3, '0');
const partialSuffix = (width: number) => (width === TILE_WIDTH ? '' : `.p/${width}`);

/** The tiles whose contents change when a tree of `size` entries gets one more, as they are then; the lowest first. */
export function tilesOfNewEntry(size: number): Tile[] {
  const tiles: Tile[] = [];
  let count = size + 1;
  for (let level = 0; ; level++) {
    const width = ((count - 1) % TILE_WIDTH) + 1;
    tiles.push({ level, index: Math.floor((count - 1) / TILE_WIDTH), width });
    if (width < TILE_WIDTH) return tiles;
    count /= TILE_WIDTH;
  }
}

/** The widest tile of a place that a tree of `size` entries has; null where it has none. */
export function tileInTree(level: number, index: number, size: number): Tile | null {
  const hashes = Math.floor(size / TILE_WIDTH ** level);
  const width = Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH);
  return width > 0 ? { level, index, width } : null;
}

/** Hashes of subtrees out of the tiles of a tree. @param read the bytes of a tile @throws RangeError for what the tree has not */
export function hashesFromTiles(size: number, read: (tile: Tile) => Uint8Array): SubtreeHash {
  return (level, index) => {
    const tileLevel = Math.floor(level / TILE_HEIGHT);
    const span = 2 ** (level - tileLevel * TILE_HEIGHT);
    const first = index * span;
    const tile = tileInTree(tileLevel, Math.floor(first / TILE_WIDTH), size);
    const at = first % TILE_WIDTH;
    if (tile === null || at + span > tile.width)
      throw new RangeError(`no subtree ${level}/${index} in ${size} entries`);
    const bytes = read(tile);
    if (bytes.length !== tile.width * HASH_BYTES) throw new RangeError(`${tilePath(tile)} has ${bytes.length} bytes`);
    return subtreeOf(bytes.subarray(at * HASH_BYTES, (at + span) * HASH_BYTES));
  };
}

/** Hash of a tile's hashes: an entry of the level above, where the tile is full. */
export function subtreeOf(hashes: Uint8Array): Uint8Array {
  if (hashes.length === HASH_BYTES) return hashes;
  const middle = hashes.length / 2;
  return nodeHash(subtreeOf(hashes.subarray(0, middle)), subtreeOf(hashes.subarray(middle)));
}

const ENTRY_BYTES_MAX = 0xffff;

/** An entry as bundles hold it: its length in two bytes, then itself. */
export function bundled(entry: Uint8Array): Uint8Array {
  if (entry.length > ENTRY_BYTES_MAX) throw new RangeError(`an entry of ${entry.length} bytes`);
  const bytes = new Uint8Array(2 + entry.length);
  bytes.set([entry.length >> 8, entry.length & 0xff]);
  bytes.set(entry, 2);
  return bytes;
}

/** @throws RangeError where a bundle does not end with an entry */
export function entriesIn(bundle: Uint8Array): Uint8Array[] {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bundle.length; ) {
    const end = at + 2 > bundle.length ? Number.POSITIVE_INFINITY : at + 2 + bundle[at]! * 256 + bundle[at + 1]!;
    if (end > bundle.length) throw new RangeError('a bundle ends within an entry');
    entries.push(bundle.subarray(at + 2, end));
    at = end;
  }
  return entries;
}
