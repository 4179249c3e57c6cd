import { createHash } from 'node:crypto';

/**
 * Root of a binary Merkle tree (RFC 6962, section 2.1): leaves are sha256(0x00 ‖ hash), nodes sha256(0x01 ‖ left ‖
 * right), the left side being the largest power of two below the number of leaves.
 */
export function merkleRootOf(hashes: readonly string[]): string {
  if (hashes.length === 0) throw new RangeError('a Merkle tree needs a leaf');
  return rootOf(hashes.map((hash) => Buffer.from(hash, 'hex'))).toString('hex');
}

function rootOf(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 1) return sha256(Buffer.of(0), leaves[0]!);
  const left = 2 ** Math.floor(Math.log2(leaves.length - 1));
  return sha256(Buffer.of(1), rootOf(leaves.slice(0, left)), rootOf(leaves.slice(left)));
}

function sha256(...parts: Buffer[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}
