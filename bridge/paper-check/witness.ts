import { Failure } from '../../shared/failure.js';
import type { GatewaySession } from '../connection/session.js';
import { type Heard, listen, type Message, type MessageKind } from './message.js';

/** Hears everything on one connection, keeps it in order, and waits for what is expected. */
export class Witness {
  private readonly heard: Heard[] = [];
  private readonly waiting = new Set<() => void>();
  private lost: string | null = null;

  constructor(
    session: GatewaySession,
    private readonly signal: AbortSignal,
  ) {
    listen(session.ib, (message) => this.hear(message));
    signal.addEventListener('abort', () => this.wake());
    session.closed.then((reason) => {
      this.lost = reason;
      this.wake();
    });
  }

  hear(message: Message): void {
    this.heard.push({ ...message, atMs: performance.now() });
    this.wake();
  }

  /** How much was heard so far: the beginning of what comes next. */
  get mark(): number {
    return this.heard.length;
  }

  since(mark: number): readonly Heard[] {
    return this.heard.slice(mark);
  }

  of<Kind extends MessageKind>(kind: Kind, mark = 0): Heard<Kind>[] {
    return this.since(mark).filter((message): message is Heard<Kind> => message.kind === kind);
  }

  /** The newest of its kind that fits. */
  last<Kind extends MessageKind>(kind: Kind, fits: (message: Heard<Kind>) => boolean): Heard<Kind> | undefined {
    for (let index = this.heard.length - 1; index >= 0; index--) {
      const message = this.heard[index]!;
      if (message.kind === kind && fits(message as Heard<Kind>)) return message as Heard<Kind>;
    }
    return undefined;
  }

  /**
   * Waits until it is so, asking anew at every message. @returns false where it was not so within the time
   * @throws Failure Interrupted when the run is to end, ConnectionLost
   */
  until(isSo: () => boolean, withinMs: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        clearTimeout(timer);
        this.waiting.delete(look);
        settle();
      };
      const timer = setTimeout(() => end(() => resolve(isSo())), withinMs);
      const look = () => {
        if (this.signal.aborted) end(() => reject(new Failure('Interrupted', 'the rehearsal was asked to stop')));
        else if (isSo()) end(() => resolve(true));
        else if (this.lost !== null) end(() => reject(new Failure('ConnectionLost', this.lost!)));
      };
      this.waiting.add(look);
      look();
    });
  }

  /** Lets late messages come. @throws Failure as `until` */
  async pause(ms: number): Promise<void> {
    await this.until(() => false, ms);
  }

  /** Looks again, where something else than a message has changed. */
  wake(): void {
    for (const look of [...this.waiting]) look();
  }
}
