import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { Failure } from '../../shared/failure.js';
import type { LibraryFile } from './booster.js';
import type { BoosterJob, BoosterMessage } from './booster-thread.js';

type Result = Extract<BoosterMessage, { kind: 'done' }>['result'];
type Round = Extract<BoosterMessage, { kind: 'round' }>;

export interface JobOptions {
  readonly signal?: AbortSignal;
  readonly onRound?: (round: Round) => void;
}

/** The threads of one library: at most one per core, kept for the next job, never keeping the process alive. */
interface ThreadSet {
  readonly idle: Worker[];
  readonly waiting: (() => void)[];
  busy: number;
}

const threadSets = new Map<string, ThreadSet>();

/**
 * Runs one job on a thread that has libxgboost loaded, start to end on that same thread.
 * @throws the job's Failure, or the signal's reason once it is aborted
 */
export async function runOnBoosterThread(library: LibraryFile, job: BoosterJob, options: JobOptions): Promise<Result> {
  options.signal?.throwIfAborted();
  const key = `${library.path}\n${library.sha256}`;
  const set = threadSets.get(key) ?? { idle: [], waiting: [], busy: 0 };
  threadSets.set(key, set);
  if (set.busy >= availableParallelism()) await new Promise<void>((turn) => set.waiting.push(turn));
  else set.busy++;
  const thread = set.idle.pop() ?? new Worker(new URL('./booster-thread.js', import.meta.url), { workerData: library });
  try {
    options.signal?.throwIfAborted();
    thread.ref();
    const result = await converse(thread, job, options);
    return result;
  } finally {
    release(set, thread);
  }
}

/** Hands the turn to the next job in line, or gives it back. */
function release(set: ThreadSet, thread: Worker): void {
  if (thread.threadId !== -1) {
    thread.unref();
    set.idle.push(thread);
  }
  const next = set.waiting.shift();
  if (next) next();
  else set.busy--;
}

function converse(thread: Worker, job: BoosterJob, { signal, onRound }: JobOptions): Promise<Result> {
  let cause = 'for no stated reason';
  return new Promise((resolve, reject) => {
    const cancel = () => Atomics.store(job.control, 0, 1);
    const listen = (message: BoosterMessage) => {
      if (message.kind === 'round') return onRound?.(message);
      if (message.kind === 'done') return settle(() => resolve(message.result));
      if (message.kind === 'cancelled') return settle(() => reject(signal?.reason));
      const { type, message: text, fix, details } = message.failure;
      settle(() => reject(new Failure(type, text, fix, details)));
    };
    const remember = (error: Error) => {
      cause = error.message;
    };
    const died = (code: number) =>
      settle(() => reject(new Failure('TrainingThreadDied', `the training thread ended (code ${code}): ${cause}`)));
    const settle = (outcome: () => void) => {
      thread.off('message', listen).off('error', remember).off('exit', died);
      signal?.removeEventListener('abort', cancel);
      outcome();
    };
    signal?.addEventListener('abort', cancel, { once: true });
    thread.on('message', listen).on('error', remember).on('exit', died);
    thread.postMessage(job);
  });
}
