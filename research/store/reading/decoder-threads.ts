import { Worker } from 'node:worker_threads';
import { Failure } from '../../../shared/failure.js';
import type { DecodedObject } from './decode-object.js';
import type { DecoderAnswer, DecoderJob } from './decoder-thread.js';

/** Started when they are first needed, kept for the next reader, never keeping the process alive. */
const threads: DecoderThread[] = [];

/** Objects decoded at the same time. */
export const DECODER_THREADS = 2;

/**
 * Decodes an object on the thread that has the least to do.
 * @returns null where our decoder does not know how
 * @throws Failure 'UnreadableObject', 'DecoderDied'
 */
export function decodeOnThread(job: DecoderJob): Promise<DecodedObject | null> {
  if (threads.length < DECODER_THREADS && threads.every(({ jobs }) => jobs > 0)) threads.push(new DecoderThread());
  const [idlest] = threads.sort((one, other) => one.jobs - other.jobs);
  return idlest!.decode(job);
}

interface Waiting {
  readonly resolve: (object: DecodedObject | null) => void;
  readonly reject: (error: Failure) => void;
}

class DecoderThread {
  private readonly waiting: Waiting[] = [];
  private readonly worker = new Worker(new URL('./decoder-thread.js', import.meta.url));

  constructor() {
    this.worker
      .on('message', (answer: DecoderAnswer) => this.settle(answer))
      .on('error', (error) => this.end(error.message))
      .on('exit', (code) => this.end(`exit code ${code}`));
  }

  get jobs(): number {
    return this.waiting.length;
  }

  decode(job: DecoderJob): Promise<DecodedObject | null> {
    this.worker.ref();
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.worker.postMessage(job, job.spare ? [job.spare] : []);
    });
  }

  private settle(answer: DecoderAnswer): void {
    const { resolve, reject } = this.waiting.shift()!;
    if (this.waiting.length === 0) this.worker.unref();
    if ('object' in answer) resolve(answer.object);
    else reject(new Failure(answer.failure.type, answer.failure.message, answer.failure.fix, answer.failure.details));
  }

  private end(cause: string): void {
    threads.splice(threads.indexOf(this), threads.includes(this) ? 1 : 0);
    for (const { reject } of this.waiting.splice(0))
      reject(new Failure('DecoderDied', `a thread that reads objects ended: ${cause}`, 'try again'));
  }
}
