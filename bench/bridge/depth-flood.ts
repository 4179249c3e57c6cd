import { Worker } from 'node:worker_threads';

export interface FloodOrder {
  /** A recording of ESU9 depth and trades whose events are sent again and again. */
  readonly file: string;
  readonly events: number;
  /** Null for as fast as the client takes them. */
  readonly eventsPerSecond: number | null;
  readonly account: string;
  /** Market time, ms since the epoch, that the history of bars ends with. */
  readonly barsBeforeMs: number;
}

/** What the thread posts: its port, then that the first event leaves, then how many were handed to the socket. */
export type FloodMessage = number | 'flooding' | { readonly sent: number };

/** A gateway in a thread of its own that only sends. */
export class DepthFlood {
  /** Resolves when the first event leaves. */
  readonly began: Promise<unknown>;
  /** Resolves when the last one was handed to the socket, with their number. */
  readonly sent: Promise<number>;

  private constructor(
    private readonly thread: Worker,
    readonly port: number,
  ) {
    this.began = next(thread, (message) => message === 'flooding');
    this.sent = next(thread, (message) => typeof message === 'object').then(({ sent }) => sent);
    // A flood that is ended early is asked for neither.
    for (const promise of [this.began, this.sent]) promise.catch(() => undefined);
  }

  static async open(order: FloodOrder): Promise<DepthFlood> {
    const thread = new Worker(new URL('./depth-flood-thread.js', import.meta.url), { workerData: order });
    return new DepthFlood(thread, await next(thread, (message) => typeof message === 'number'));
  }

  async end(): Promise<void> {
    await this.thread.terminate();
  }
}

function next<T extends FloodMessage>(thread: Worker, isMeant: (message: FloodMessage) => message is T): Promise<T> {
  return new Promise((resolve, reject) => {
    thread.on('message', (message: FloodMessage) => {
      if (isMeant(message)) resolve(message);
    });
    thread.once('error', reject);
  });
}
