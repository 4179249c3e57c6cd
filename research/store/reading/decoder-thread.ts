import { parentPort } from 'node:worker_threads';
import { Failure } from '../../../shared/failure.js';
import type { Column } from '../column.js';
import { type DecodedObject, decodeObject } from './decode-object.js';
import { readyToUnpack } from './unpack-zstd.js';

/** One object to decode; answered in the order of asking. */
export interface DecoderJob {
  readonly file: string;
  readonly columns: readonly Column[];
  /** A buffer to be used again. */
  readonly spare: ArrayBuffer | undefined;
}

export type DecoderAnswer =
  | { readonly object: DecodedObject | null }
  | { readonly failure: Pick<Failure, 'type' | 'message' | 'fix' | 'details'> };

const ready = readyToUnpack();

parentPort!.on('message', async ({ file, columns, spare }: DecoderJob) => {
  try {
    await ready;
    const object = decodeObject(file, columns, spare);
    send({ object }, object ? [object.buffer] : []);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { type, message, fix, details } = error;
    send({ failure: { type, message, fix, details } }, []);
  }
});

function send(answer: DecoderAnswer, transfer: ArrayBuffer[]): void {
  parentPort!.postMessage(answer, transfer);
}
