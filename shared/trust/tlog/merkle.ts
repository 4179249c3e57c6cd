import { sha256 } from '@noble/hashes/sha2.js';

/** A Merkle tree over a growing list of entries, as RFC 6962 (section 2.1) hashes it. Hashes are 32 bytes. Runs in browsers too. */
export const HASH_BYTES = 32;

export function leafHash(entry: Uint8Array): Uint8Array {
  return sha256.create().update(LEAF).update(entry).digest();
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256.create().update(NODE).update(left).update(right).digest();
}

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** Of no entries. */
export const EMPTY_ROOT = sha256(new Uint8Array());

/**
 * Hash of the complete subtree over entries `index * 2^level` to `(index + 1) * 2^level`. A reader that keeps its hashes somewhere
 * answers only for trees that it has.
 */
export type SubtreeHash = (level: number, index: number) => Uint8Array;

/** Largest power of two below `count`, which is 2 at least. Not by logarithms: they round beside large powers. */
function split(count: number): number {
  let left = 1;
  while (left * 2 < count) left *= 2;
  return left;
}

/** The exponent, where `count` is a power of two. */
function exponentOf(count: number): number | null {
  let exponent = 0;
  for (let power = 1; power < count; power *= 2) exponent++;
  return 2 ** exponent === count ? exponent : null;
}

/** Root of the first `size` entries. */
export function rootHash(size: number, hashOf: SubtreeHash): Uint8Array {
  return size === 0 ? EMPTY_ROOT : rangeHash(0, size, hashOf);
}

/** Of entries `from` to `to`, as they lie in a tree: `from` is a multiple of the smallest power of two that is no smaller. */
function rangeHash(from: number, to: number, hashOf: SubtreeHash): Uint8Array {
  const count = to - from;
  const level = exponentOf(count);
  if (level !== null) return hashOf(level, from / count);
  const left = split(count);
  return nodeHash(rangeHash(from, from + left, hashOf), rangeHash(from + left, to, hashOf));
}

/** Proof that entry `index` is in the tree of `size` entries (RFC 6962, 2.1.1). @throws RangeError */
export function proveInclusion(index: number, size: number, hashOf: SubtreeHash): Uint8Array[] {
  requireCount(index, 0, size - 1);
  const path = (from: number, to: number): Uint8Array[] => {
    if (to - from === 1) return [];
    const middle = from + split(to - from);
    return index < middle
      ? [...path(from, middle), rangeHash(middle, to, hashOf)]
      : [...path(middle, to), rangeHash(from, middle, hashOf)];
  };
  return path(0, size);
}

/** Proof that the tree of `size` entries begins with the one of `oldSize` (RFC 6962, 2.1.2). @throws RangeError */
export function proveConsistency(oldSize: number, size: number, hashOf: SubtreeHash): Uint8Array[] {
  requireCount(oldSize, 1, size);
  const path = (from: number, to: number, isWholeOld: boolean): Uint8Array[] => {
    if (oldSize === to) return isWholeOld ? [] : [rangeHash(from, to, hashOf)];
    const middle = from + split(to - from);
    return oldSize <= middle
      ? [...path(from, middle, isWholeOld), rangeHash(middle, to, hashOf)]
      : [...path(middle, to, false), rangeHash(from, middle, hashOf)];
  };
  return path(0, size, true);
}

/** Whether a proof shows that this leaf is entry `index` of the tree with this root. */
export function isIncluded(
  leaf: Uint8Array,
  index: number,
  size: number,
  root: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (!isCount(index, 0, size - 1) || !areHashes([leaf, root, ...proof])) return false;
  const rest = [...proof].reverse();
  const climb = (from: number, to: number): Uint8Array | null => {
    if (to - from === 1) return leaf;
    const middle = from + split(to - from);
    const beside = rest.shift();
    const below = index < middle ? climb(from, middle) : climb(middle, to);
    if (beside === undefined || below === null) return null;
    return index < middle ? nodeHash(below, beside) : nodeHash(beside, below);
  };
  const computed = climb(0, size);
  return computed !== null && rest.length === 0 && sameBytes(computed, root);
}

/** Whether a proof shows that the tree with root `root` begins with the entries of the one with root `oldRoot`. */
export function isConsistent(
  oldSize: number,
  oldRoot: Uint8Array,
  size: number,
  root: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (!isCount(oldSize, 1, size) || !areHashes([oldRoot, root, ...proof])) return false;
  const rest = [...proof].reverse();
  /** Hashes of the same subtree: as it is, and with nothing that came after the old tree. */
  const climb = (from: number, to: number, isWholeOld: boolean): { old: Uint8Array; now: Uint8Array } | null => {
    if (oldSize === to) {
      const hash = isWholeOld ? oldRoot : rest.shift();
      return hash === undefined ? null : { old: hash, now: hash };
    }
    const middle = from + split(to - from);
    const beside = rest.shift();
    const below = oldSize <= middle ? climb(from, middle, isWholeOld) : climb(middle, to, false);
    if (beside === undefined || below === null) return null;
    return oldSize <= middle
      ? { old: below.old, now: nodeHash(below.now, beside) }
      : { old: nodeHash(beside, below.old), now: nodeHash(beside, below.now) };
  };
  const computed = climb(0, size, true);
  return computed !== null && rest.length === 0 && sameBytes(computed.old, oldRoot) && sameBytes(computed.now, root);
}

/** Hashes of the complete subtrees that a tree falls into, largest first: all that has to be kept to go on, and for its root. */
export class TreeEdge {
  private constructor(
    readonly size: number,
    private readonly subtrees: readonly Uint8Array[],
  ) {}

  static readonly empty = new TreeEdge(0, []);

  /** @throws RangeError where there are not as many hashes as the size has */
  static of(size: number, subtrees: readonly Uint8Array[]): TreeEdge {
    const isRight = Number.isSafeInteger(size) && size >= 0 && subtrees.length === bitsOf(size);
    if (!isRight || !areHashes(subtrees)) throw new RangeError(`no edge of a tree of ${size} entries`);
    return new TreeEdge(size, subtrees);
  }

  get hashes(): readonly Uint8Array[] {
    return this.subtrees;
  }

  with(leaf: Uint8Array): TreeEdge {
    const subtrees = [...this.subtrees];
    let hash = leaf;
    for (let rest = this.size; rest % 2 === 1; rest = (rest - 1) / 2) hash = nodeHash(subtrees.pop()!, hash);
    return new TreeEdge(this.size + 1, [...subtrees, hash]);
  }

  root(): Uint8Array {
    if (this.subtrees.length === 0) return EMPTY_ROOT;
    return this.subtrees.reduceRight((right, left) => nodeHash(left, right));
  }
}

function bitsOf(size: number): number {
  return size.toString(2).replaceAll('0', '').length;
}

function isCount(value: number, min: number, max: number): boolean {
  return Number.isSafeInteger(value) && Number.isSafeInteger(max) && value >= min && value <= max;
}

function requireCount(value: number, min: number, max: number): void {
  if (!isCount(value, min, max)) throw new RangeError(`${value} is not from ${min} to ${max}`);
}

function areHashes(hashes: readonly Uint8Array[]): boolean {
  return hashes.every(({ length }) => length === HASH_BYTES);
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
