import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';
import { BadInput } from '../../shared/failure.js';
import { jsonOrUndefined } from '../../shared/fields/json-or-undefined.js';
import { unpackZstdFrames } from '../../shared/node/files/zstd-frames.js';
import { batchChanged, type ReceivedFrom, receivedDay } from './received-day.js';

export interface ReceivedLines<T> {
  readonly lines: readonly T[];
  /** The broker has said that this is all of the date. */
  readonly isClosed: boolean;
}

const CHUNK_BYTES = 1 << 20;
/** A day of decisions has some hundred MiB; what is more is no day of a journal. */
const BYTES_MAX = 2 ** 31;

/**
 * The lines of a journal of a trade date, as research has taken them from its broker, in order.
 * @throws LogDamaged, BatchChanged; BadInput where a line is none of the journal
 */
export async function receivedLines<T>(
  from: ReceivedFrom,
  ask: {
    readonly stream: string;
    readonly tradeDate: string;
    readonly line: z.ZodType<T>;
    /** Of files with such names only, as the broker calls them; default: all. */
    readonly isWanted?: (file: string) => boolean;
  },
): Promise<ReceivedLines<T>> {
  const { stream, tradeDate } = ask;
  const day = receivedDay({ ...from, stream: { stream, epoch: from.epoch }, tradeDate });
  const lines: T[] = [];
  for (const batch of day.batches)
    for (const file of batch.files) {
      if (ask.isWanted?.(file.name) === false) continue;
      const name = `${stream} of ${tradeDate}, batch ${batch.seq}, ${file.name}`;
      const text = await textOf(path.join(batch.folder, file.packed.name), file.plain.sha256);
      for (const [at, one] of text.split('\n').entries()) {
        if (one === '') continue;
        const parsed = ask.line.safeParse(jsonOrUndefined(one));
        if (!parsed.success)
          throw new BadInput(name, `line ${at + 1}`, parsed.error.issues[0]?.message ?? 'is no line of this journal');
        lines.push(parsed.data);
      }
    }
  return { lines, isClosed: day.closedBy !== null };
}

/** @throws BatchChanged where it is not what the broker has signed */
export async function textOf(packed: string, sha256: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of unpackZstdFrames(createReadStream(packed), CHUNK_BYTES)) {
    bytes += chunk.length;
    if (bytes > BYTES_MAX) throw new BadInput(packed, undefined, `unpacks to more than ${BYTES_MAX} bytes`);
    chunks.push(Buffer.from(chunk));
  }
  const plain = Buffer.concat(chunks);
  if (createHash('sha256').update(plain).digest('hex') !== sha256)
    throw batchChanged(packed, 'is not what its broker has signed');
  return plain.toString('utf8');
}

/** Whether the broker has said that research has all of a journal's date. @throws LogDamaged, BatchChanged */
export function journalIsClosed(from: ReceivedFrom, stream: string, tradeDate: string): boolean {
  return receivedDay({ ...from, stream: { stream, epoch: from.epoch }, tradeDate }).closedBy !== null;
}
