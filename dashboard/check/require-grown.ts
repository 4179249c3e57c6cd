import type { Checkpoint } from '../../shared/trust/tlog/checkpoint-text.js';
import { isConsistent, proveConsistency } from '../../shared/trust/tlog/merkle.js';
import { bytesOfBase64 } from '../../shared/trust/tlog/note-text.js';
import type { FetchedTree } from './fetched-tree.js';

/** A checkpoint that was seen before. */
export interface SeenCheckpoint {
  readonly size: number;
  /** Base64. */
  readonly root: string;
}

/** @param by who has seen it, as the words before "seen" @throws where the log does not begin with what was seen */
export async function requireGrown(
  before: SeenCheckpoint,
  tree: FetchedTree,
  { size, root }: Checkpoint,
  by: string,
): Promise<void> {
  if (before.size > size) throw new Error(`the log has ${size} entries, and ${by} seen ${before.size}`);
  const oldRoot = bytesOfBase64(before.root);
  const proof = await tree.compute((hashOf) => proveConsistency(before.size, size, hashOf));
  if (oldRoot === null || !isConsistent(before.size, oldRoot, size, root, proof))
    throw new Error(`the log was rewritten: it does not begin with the ${before.size} entries that ${by} seen`);
}
