import { parentPort } from 'node:worker_threads';
import { Failure } from '../../../shared/failure.js';
import type { Column } from '../column.js';
import { ObjectDecoder } from './object-decoder.js';
import { Unfamiliar } from './page-faults.js';
import { readyToUnpack } from './unpack-zstd.js';
import { windowIn } from './window.js';

/** `next` is answered by a DecoderAnswer, in the order of asking; `id` is a number of the asker's choice. */
export type DecoderOrder =
  | {
      readonly kind: 'open';
      readonly id: number;
      readonly file: string;
      readonly columns: readonly Column[];
      /** Places in each window. */
      readonly places: number;
    }
  | { readonly kind: 'next'; readonly id: number; readonly buffer: ArrayBuffer }
  | { readonly kind: 'close'; readonly id: number };

export type DecoderAnswer =
  /** The buffer with the next rows in it; none where the object is at its end. */
  | {
      readonly kind: 'rows';
      readonly buffer: ArrayBuffer;
      readonly rows: number;
      readonly hasNulls: readonly boolean[];
    }
  | { readonly kind: 'unfamiliar' }
  | { readonly kind: 'failure'; readonly failure: Pick<Failure, 'type' | 'message' | 'fix' | 'details'> };

interface Opened extends Pick<Extract<DecoderOrder, { kind: 'open' }>, 'columns' | 'places'> {
  /** What kept it from being opened, if anything did. */
  readonly decoder: ObjectDecoder | Unfamiliar | Failure;
}

const opened = new Map<number, Opened>();
await readyToUnpack();

parentPort!.on('message', (order: DecoderOrder) => {
  if (order.kind === 'open') opened.set(order.id, { ...order, decoder: open(order.file, order.columns) });
  else if (order.kind === 'close') opened.delete(order.id);
  else {
    const answer = next(opened.get(order.id)!, order.buffer);
    parentPort!.postMessage(answer, answer.kind === 'rows' ? [answer.buffer] : []);
  }
});

function open(file: string, columns: readonly Column[]): Opened['decoder'] {
  try {
    return new ObjectDecoder(file, columns);
  } catch (error) {
    if (error instanceof Failure || error instanceof Unfamiliar) return error;
    throw error;
  }
}

function next({ columns, places, decoder }: Opened, buffer: ArrayBuffer): DecoderAnswer {
  try {
    if (!(decoder instanceof ObjectDecoder)) throw decoder;
    return { kind: 'rows', buffer, ...decoder.next(windowIn(buffer, columns, places), places) };
  } catch (error) {
    if (error instanceof Unfamiliar) return { kind: 'unfamiliar' };
    if (!(error instanceof Failure)) throw error;
    const { type, message, fix, details } = error;
    return { kind: 'failure', failure: { type, message, fix, details } };
  }
}
