import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { merkleRootOf } from '../../research/store/merkle-root.js';
import { sha256Hex } from '../../shared/reference.js';
import type { StepContext } from '../step.js';

/** One file of a training set, as it was when it was pinned. */
const shard = z.strictObject({
  file: z.string(),
  kind: z.enum(['depth', 'bars']),
  sha256: sha256Hex,
  bytes: z.number(),
});
export type Shard = Readonly<z.infer<typeof shard>>;

/** What a model is trained on: the files in order, and one hash over all of them. */
export const trainingSet = z.strictObject({
  v: z.literal(1),
  shards: z.array(shard).min(1),
  merkleRoot: sha256Hex,
});
export type TrainingSet = Readonly<z.infer<typeof trainingSet>>;

/** Hashes every file: the set is what these bytes are now. */
export async function pinShards(
  files: readonly Pick<Shard, 'file' | 'kind'>[],
  { progress, signal }: StepContext,
): Promise<TrainingSet> {
  const shards: Shard[] = [];
  for (const [done, { file, kind }] of files.entries()) {
    progress({ doing: 'hashing the training set', done, of: files.length });
    const hash = createHash('sha256');
    let bytes = 0;
    await pipeline(
      createReadStream(file, { signal }),
      async function* count(chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          bytes += chunk.length;
          yield chunk;
        }
      },
      hash,
    );
    shards.push({ file, kind, sha256: hash.digest('hex'), bytes });
  }
  return { v: 1, shards, merkleRoot: merkleRootOf(shards.map((one) => one.sha256)) };
}
