import { writeFileSync } from 'node:fs';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

export interface WatchdogSettings {
  /** The event loop has not come round for this long: the process is ended. */
  readonly frozenMs: number;
  /** What is written before the end, for the next process to find; null: nothing. */
  readonly noteFile: string | null;
}

interface WatchData extends WatchdogSettings {
  readonly rounds: Int32Array<SharedArrayBuffer>;
}

const LOOKS = 20;

/**
 * A thread that ends the process when its event loop stands still: a bridge that neither hears the market nor cancels
 * its orders is worse than one that is started anew. It counts its own looks and asks no clock, so that a computer that
 * slept is no frozen loop.
 */
export class EventLoopWatchdog {
  private constructor(
    private readonly worker: Worker,
    private readonly timer: NodeJS.Timeout,
  ) {}

  static start(settings: WatchdogSettings): EventLoopWatchdog {
    const rounds = new Int32Array(new SharedArrayBuffer(4));
    const timer = setInterval(() => Atomics.add(rounds, 0, 1), settings.frozenMs / (2 * LOOKS));
    timer.unref();
    const worker = new Worker(new URL(import.meta.url), {
      workerData: { ...settings, rounds } satisfies WatchData,
      // What this process was started with may be of no use to a thread (`--input-type`), and keep it from running.
      execArgv: [],
    });
    worker.unref();
    return new EventLoopWatchdog(worker, timer);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.worker.terminate();
  }
}

function watch({ rounds, frozenMs, noteFile }: WatchData): void {
  let seen = Atomics.load(rounds, 0);
  let looksWithout = 0;
  setInterval(() => {
    const now = Atomics.load(rounds, 0);
    looksWithout = now === seen ? looksWithout + 1 : 0;
    seen = now;
    if (looksWithout >= LOOKS) end(noteFile);
  }, frozenMs / LOOKS);
}

function end(noteFile: string | null): void {
  try {
    if (noteFile !== null) writeFileSync(noteFile, `${JSON.stringify({ v: 1, at: new Date().toISOString() })}\n`);
  } finally {
    // Not by a signal that could be handled: nobody is there to handle it.
    process.kill(process.pid, 'SIGKILL');
  }
}

if (!isMainThread && isWatchData(workerData)) watch(workerData);

function isWatchData(data: unknown): data is WatchData {
  return typeof data === 'object' && data !== null && 'rounds' in data && 'frozenMs' in data;
}
