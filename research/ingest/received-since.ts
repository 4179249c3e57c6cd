import path from 'node:path';
import type { BatchPlace } from '../../shared/contract/batch-stream.js';
import { logOrigin } from '../../shared/contract/stream-log.js';
import { receivePlaces } from '../receive/receive-places.js';
import { TileLog } from '../receive/tile-log.js';
import { filesOf, logged, type ReceivedFrom } from './received-day.js';
import { textOf } from './received-lines.js';

/** A batch of lines that research has taken, each with its number in the batch, from 1. */
export interface ReceivedText extends BatchPlace {
  readonly payloadSha256: string;
  readonly sealed: string;
  readonly lines: readonly string[];
  /** Of each line: the file that it is of, as the broker calls it. */
  readonly files: readonly string[];
}

/** The batches of lines behind a sequence number, in order. @throws LogDamaged, BatchChanged */
export async function* receivedSince(
  from: ReceivedFrom,
  stream: string,
  afterSeq: number,
): AsyncGenerator<ReceivedText> {
  const log = logOf(from, stream);
  for (let seq = afterSeq + 1; seq <= log.size; seq++) {
    const one = await batchAt(from, log, { stream, epoch: from.epoch, seq });
    if (one) yield one;
  }
}

/** One batch of lines; null where it has none. */
export async function receivedBatch(from: ReceivedFrom, stream: string, seq: number): Promise<ReceivedText | null> {
  return await batchAt(from, logOf(from, stream), { stream, epoch: from.epoch, seq });
}

/** The newest batch of lines of a stream; null before the first. */
export async function newestReceived(from: ReceivedFrom, stream: string): Promise<ReceivedText | null> {
  const log = logOf(from, stream);
  for (let seq = log.size; seq > 0; seq--) {
    const one = await batchAt(from, log, { stream, epoch: from.epoch, seq });
    if (one) return one;
  }
  return null;
}

async function batchAt(from: ReceivedFrom, log: TileLog, place: BatchPlace): Promise<ReceivedText | null> {
  const folder = receivePlaces(from.receiverFolder).batches(place);
  const { predicate, payloadSha256 } = logged(folder, place, log);
  const told: { line: string; file: string }[] = [];
  for (const { name, packed, plain } of filesOf(predicate))
    for (const line of (await textOf(path.join(folder, packed.name), plain.sha256)).split('\n'))
      if (line !== '') told.push({ line, file: name });
  const { sealed } = predicate;
  if (told.length === 0) return null;
  const [lines, files] = [told.map(({ line }) => line), told.map(({ file }) => file)];
  return { ...place, payloadSha256, sealed, lines, files };
}

function logOf(from: ReceivedFrom, stream: string): TileLog {
  const place = { stream, epoch: from.epoch };
  const former = from.formerRoots.map(({ roles }) => roles.receipt);
  return new TileLog(
    receivePlaces(from.receiverFolder).log(place),
    logOrigin(from.broker, place),
    from.root.roles.receipt,
    former,
  );
}
