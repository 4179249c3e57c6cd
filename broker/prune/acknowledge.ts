import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { type BatchPlace, batchEnvelopeName } from '../../shared/contract/batch-stream.js';
import { readBatch } from '../../shared/contract/sealed-batch.js';
import { headAfter, type StreamHead, startOfStream, streamHead } from '../../shared/contract/stream-head.js';
import { logEntry, logOrigin } from '../../shared/contract/stream-log.js';
import { Failure } from '../../shared/failure.js';
import { HEAD_BYTES_MAX } from '../../shared/node/contract/stream-head-file.js';
import { makeFolder } from '../../shared/node/disk/make-folder.js';
import { readPlainFile } from '../../shared/node/disk/plain-file.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { ENVELOPE_BYTES_MAX } from '../../shared/trust/dsse.js';
import type { TrustedRoot } from '../../shared/trust/root.js';
import { openCheckpoint } from '../../shared/trust/tlog/checkpoint.js';
import { leafHash, sameBytes, TreeEdge } from '../../shared/trust/tlog/merkle.js';
import { readHead } from '../seal/commit.js';
import { SealStateLost } from '../seal/seal-failure.js';
import { type SealPlaces, sealPlaces } from '../seal/seal-places.js';

/** What research has acknowledged of a stream: its head as it was then, and the edge of the tree of what was sealed up to there. */
const acknowledged = z.strictObject({
  v: z.literal(1),
  head: streamHead,
  edge: z.array(z.string().regex(/^[0-9a-f]{64}$/)),
});

export interface Acknowledged {
  readonly head: StreamHead;
  readonly edge: TreeEdge;
}

/**
 * Takes a receipt: the signed checkpoint of research's log of a stream. Its root is computed here from the batches that were sealed
 * here, so research cannot have acknowledged others, fewer, or in another order. An older one changes nothing.
 * @returns up to which batch the stream is acknowledged
 * @throws BadNote, ReceiptForked, SealStateLost
 */
export function takeReceipt(ask: {
  readonly brokerFolder: string;
  readonly broker: string;
  readonly root: TrustedRoot;
  readonly stream: Pick<BatchPlace, 'stream' | 'epoch'>;
  readonly receipt: Buffer;
}): number {
  const { broker, stream, root } = ask;
  const places = sealPlaces(ask.brokerFolder);
  const checkpoint = openCheckpoint(ask.receipt, logOrigin(broker, stream), root.roles.receipt);
  let { head, edge } = readAcknowledged(places, broker, stream);
  const sealedSeq = readHead(places, broker, stream.stream, stream.epoch).seq;
  if (checkpoint.size > sealedSeq) throw receiptForked(stream, `it is for ${checkpoint.size} batches of ${sealedSeq}`);
  if (checkpoint.size < head.seq) return head.seq;
  while (head.seq < checkpoint.size) {
    const { predicate, payloadSha256 } = ownBatch(places, { ...stream, seq: head.seq + 1 });
    edge = edge.with(leafHash(logEntry(payloadSha256)));
    head = headAfter(head, predicate, payloadSha256);
  }
  if (!sameBytes(edge.root(), checkpoint.root))
    throw receiptForked(stream, `its ${checkpoint.size} batches are others`);
  writeAcknowledged(places, { head, edge });
  return head.seq;
}

/** @throws SealStateLost */
export function readAcknowledged(
  places: SealPlaces,
  broker: string,
  { stream, epoch }: Pick<BatchPlace, 'stream' | 'epoch'>,
): Acknowledged {
  const file = places.acknowledged(stream, epoch);
  if (!existsSync(file)) return { head: startOfStream(broker, stream, epoch), edge: TreeEdge.empty };
  try {
    const { head, edge } = acknowledged.parse(JSON.parse(readPlainFile(file, HEAD_BYTES_MAX).toString('utf8')));
    const hashes = edge.map((hash) => Buffer.from(hash, 'hex'));
    return { head, edge: TreeEdge.of(head.seq, hashes) };
  } catch (error) {
    throw new SealStateLost(`${file} is damaged: ${(error as Error).message.slice(0, 200)}`, { file });
  }
}

function writeAcknowledged(places: SealPlaces, { head, edge }: Acknowledged): void {
  const kept = { v: 1 as const, head, edge: edge.hashes.map((hash) => Buffer.from(hash).toString('hex')) };
  makeFolder(path.dirname(places.acknowledged(head.stream, head.epoch)));
  replaceFile(places.acknowledged(head.stream, head.epoch), `${JSON.stringify(acknowledged.parse(kept))}\n`);
}

function ownBatch(places: SealPlaces, place: BatchPlace) {
  const file = path.join(places.outbox, batchEnvelopeName(place));
  if (!existsSync(file)) throw new SealStateLost(`${file} is gone and was not acknowledged`, { ...place });
  return readBatch(readPlainFile(file, ENVELOPE_BYTES_MAX));
}

function receiptForked(stream: Pick<BatchPlace, 'stream' | 'epoch'>, why: string): Failure {
  return new Failure(
    'ReceiptForked',
    `the receipt of ${stream.stream} is not for what was sealed here: ${why}`,
    'nothing is deleted here; find out what research has received, and from whom',
    { ...stream },
  );
}
