import { Worker } from 'node:worker_threads';
import { Failure } from '../../../shared/failure.js';
import type { Column } from '../column.js';
import type { DecoderAnswer, DecoderOrder } from './decoder-thread.js';

/** Rows that were decoded into a buffer; null: none, the object is at its end. */
export type DecodedRows = Extract<DecoderAnswer, { kind: 'rows' }>;

/** An object that a thread decodes. */
export interface RemoteObject {
  /**
   * The next rows, decoded into `buffer`, which is the thread's until then.
   * @returns null where our decoder does not know how @throws Failure 'UnreadableObject', 'DecoderDied'
   */
  next(buffer: ArrayBuffer): Promise<DecodedRows | null>;
  close(): void;
}

/** Objects that can be decoded at the same time. */
export const DECODER_THREADS = 2;

/** Started when they are first needed, kept for the next reader, never keeping the process alive. */
const threads: DecoderThread[] = [];

/** Begins to read and unpack an object, on the thread that has the fewest. @param places rows in a window */
export function openRemote(file: string, columns: readonly Column[], places: number): RemoteObject {
  if (threads.length < DECODER_THREADS && threads.every(({ objects }) => objects > 0))
    threads.push(new DecoderThread());
  return threads.reduce((one, other) => (other.objects < one.objects ? other : one)).open(file, columns, places);
}

interface Asker {
  readonly resolve: (rows: DecodedRows | null) => void;
  readonly reject: (error: Failure) => void;
}

class DecoderThread {
  /** Open ones. */
  objects = 0;
  private lastId = 0;
  private death: Failure | null = null;
  private readonly askers: Asker[] = [];
  private readonly worker = new Worker(new URL('./decoder-thread.js', import.meta.url));

  constructor() {
    this.worker
      .on('message', (answer: DecoderAnswer) => this.settle(answer))
      .on('error', (error) => this.end(error.message))
      .on('exit', (code) => this.end(`exit code ${code}`));
    this.worker.unref();
  }

  open(file: string, columns: readonly Column[], places: number): RemoteObject {
    const id = ++this.lastId;
    this.objects++;
    this.send({ kind: 'open', id, file, columns, places });
    return {
      next: (buffer) => this.ask(id, buffer),
      close: () => {
        this.objects--;
        this.send({ kind: 'close', id });
      },
    };
  }

  private ask(id: number, buffer: ArrayBuffer): Promise<DecodedRows | null> {
    return new Promise((resolve, reject) => {
      if (this.death) return reject(this.death);
      this.worker.ref();
      this.askers.push({ resolve, reject });
      this.send({ kind: 'next', id, buffer }, [buffer]);
    });
  }

  private send(order: DecoderOrder, transfer: ArrayBuffer[] = []): void {
    this.worker.postMessage(order, transfer);
  }

  private settle(answer: DecoderAnswer): void {
    const { resolve, reject } = this.askers.shift()!;
    if (this.askers.length === 0) this.worker.unref();
    if (answer.kind === 'rows') resolve(answer);
    else if (answer.kind === 'unfamiliar') resolve(null);
    else reject(new Failure(answer.failure.type, answer.failure.message, answer.failure.fix, answer.failure.details));
  }

  private end(cause: string): void {
    this.death ??= new Failure('DecoderDied', `a thread that reads objects ended: ${cause}`, 'try again');
    if (threads.includes(this)) threads.splice(threads.indexOf(this), 1);
    for (const { reject } of this.askers.splice(0)) reject(this.death);
  }
}
