import { existsSync } from 'node:fs';
import path from 'node:path';
import type { BatchFile, BatchPredicate } from '../../shared/contract/batch.js';
import { type BatchPlace, batchEnvelopeName } from '../../shared/contract/batch-stream.js';
import { readBatch } from '../../shared/contract/sealed-batch.js';
import { logEntry, logOrigin } from '../../shared/contract/stream-log.js';
import { Failure } from '../../shared/failure.js';
import { readPlainFile } from '../../shared/node/disk/plain-file.js';
import { ENVELOPE_BYTES_MAX } from '../../shared/trust/dsse.js';
import type { TrustedRoot } from '../../shared/trust/root.js';
import { sameBytes } from '../../shared/trust/tlog/merkle.js';
import { receivePlaces } from '../receive/receive-places.js';
import { TileLog } from '../receive/tile-log.js';

/** Whose batches, where they lie, and by which roots of trust their receipts are read. */
export interface ReceivedFrom {
  /** `receiver/` of the home folder; only read. */
  readonly receiverFolder: string;
  readonly broker: string;
  readonly epoch: number;
  readonly root: TrustedRoot;
  readonly formerRoots: readonly TrustedRoot[];
}

/** One batch of data that research has taken. */
export interface ReceivedBatch extends BatchPlace {
  readonly broker: string;
  readonly payloadSha256: string;
  readonly files: readonly BatchFile[];
  /** Where its data lie, packed. */
  readonly folder: string;
}

/** What was received of a stream's trade date; complete where the stream has said that it is. */
export interface ReceivedDay {
  readonly batches: readonly ReceivedBatch[];
  /** Payload of the batch that closed it; null while none has. */
  readonly closedBy: string | null;
  /** The log that all of it is in, as its receipt says. */
  readonly checkpoint: { readonly origin: string; readonly size: number; readonly note: string };
}

/**
 * The batches of a trade date, in order, each as the log of the stream has it. Trade dates of a stream never go back, so it is
 * walked from its end until an earlier date.
 * @throws LogDamaged; BatchChanged where an envelope is not the one that was taken
 */
export function receivedDay(
  ask: Omit<ReceivedFrom, 'epoch'> & {
    readonly stream: Pick<BatchPlace, 'stream' | 'epoch'>;
    readonly tradeDate: string;
  },
): ReceivedDay {
  const { broker, stream, tradeDate, root, formerRoots } = ask;
  const places = receivePlaces(ask.receiverFolder);
  const origin = logOrigin(broker, stream);
  const former = formerRoots.map(({ roles }) => roles.receipt);
  const log = new TileLog(places.log(stream), origin, root.roles.receipt, former);
  const folder = places.batches(stream);
  const batches: ReceivedBatch[] = [];
  let closedBy: string | null = null;
  for (let seq = log.size; seq > 0; seq--) {
    const { predicate, payloadSha256 } = logged(folder, { ...stream, seq }, log);
    if (predicate.kind === 'heartbeat') continue;
    if (predicate.tradeDate < tradeDate && predicate.kind === 'data') break;
    if (predicate.tradeDate !== tradeDate) continue;
    // The newest close counts: lines that came late were closed once more.
    if (predicate.kind === 'close') closedBy ??= payloadSha256;
    else batches.unshift({ ...stream, seq, broker, payloadSha256, files: filesOf(predicate), folder });
  }
  return { batches, closedBy, checkpoint: { origin, size: log.size, note: log.note() ?? '' } };
}

export function filesOf(predicate: BatchPredicate): readonly BatchFile[] {
  return predicate.kind === 'data' ? predicate.files : [];
}

export function logged(folder: string, place: BatchPlace, log: TileLog) {
  const file = path.join(folder, batchEnvelopeName(place));
  if (!existsSync(file)) throw batchChanged(file, 'is gone');
  const batch = readBatch(readPlainFile(file, ENVELOPE_BYTES_MAX));
  if (!sameBytes(log.entry(place.seq - 1), logEntry(batch.payloadSha256)))
    throw batchChanged(file, 'is not the batch that the log names');
  return batch;
}

/** @param why what is wrong with the file, as the end of a sentence */
export function batchChanged(file: string, why: string): Failure {
  return new Failure(
    'BatchChanged',
    `${file} ${why}`,
    'restore the receiver’s folder from its backup; the broker has the batch until it is acknowledged',
    { file },
  );
}
