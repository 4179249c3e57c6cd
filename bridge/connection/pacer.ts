/** Most urgent first: a cancel overtakes every waiting new order, an order overtakes every waiting request. */
export const LANES = ['cancel', 'order', 'request'] as const;
export type Lane = (typeof LANES)[number];

export interface PacerLimits {
  /** Messages in any window of one second; the gateway disconnects above 50. */
  readonly perSecondMax: number;
  /** Of those, kept free for cancels. */
  readonly reservedForCancels: number;
  /** Messages that may wait; one more is refused. */
  readonly waitingMax: number;
}

export const PACER_LIMITS: PacerLimits = { perSecondMax: 45, reservedForCancels: 10, waitingMax: 500 };

interface Waiting {
  readonly send: () => void;
  readonly dropped: (() => void) | undefined;
}

/**
 * The only door through which a message leaves for the gateway. Counts sends over a sliding second and keeps part of
 * the budget for cancels, because the library's own limiter is one FIFO: a cancel behind 200 orders left 5.3 s late.
 */
export class Pacer {
  private readonly sentAtMs: number[] = [];
  private readonly waiting: Record<Lane, Waiting[]> = { cancel: [], order: [], request: [] };
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly monotonicMs: () => number,
    private readonly limits: PacerLimits = PACER_LIMITS,
  ) {}

  get waitingCount(): number {
    return LANES.reduce((sum, lane) => sum + this.waiting[lane].length, 0);
  }

  /**
   * Sends now if the budget allows, else as soon as it does. Returns false when too many wait already: not accepted.
   * @param dropped called instead of `send` when the connection ends first: then the message certainly never left
   */
  submit(lane: Lane, send: () => void, dropped?: () => void): boolean {
    if (lane !== 'cancel' && this.waitingCount >= this.limits.waitingMax) return false;
    this.waiting[lane].push({ send, dropped });
    this.pump();
    return true;
  }

  /**
   * Takes a place in the budget for a message that the caller sends at once, in this very call.
   * @returns false where it would have to wait, for the budget or behind an equal or more urgent one; nothing is taken then
   */
  takeNow(lane: Lane): boolean {
    if (this.isBehindAnother(lane) || this.waitMs(lane) > 0) return false;
    this.sentAtMs.push(this.monotonicMs());
    return true;
  }

  /** The connection is gone: nothing that still waits will ever be sent. */
  dropAll(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const lane of LANES) for (const message of this.waiting[lane].splice(0)) message.dropped?.();
  }

  private isBehindAnother(lane: Lane): boolean {
    for (const ahead of LANES) {
      if (this.waiting[ahead].length > 0) return true;
      if (ahead === lane) return false;
    }
    return false;
  }

  private pump(): void {
    for (;;) {
      const lane = LANES.find((candidate) => this.waiting[candidate].length > 0);
      if (lane === undefined) return;
      const waitMs = this.waitMs(lane);
      if (waitMs > 0) {
        this.timer ??= setTimeout(() => {
          this.timer = undefined;
          this.pump();
        }, Math.ceil(waitMs));
        return;
      }
      const message = this.waiting[lane].shift()!;
      this.sentAtMs.push(this.monotonicMs());
      message.send();
    }
  }

  /** Milliseconds until this lane may send: 0 when now. */
  private waitMs(lane: Lane): number {
    const nowMs = this.monotonicMs();
    while (this.sentAtMs.length > 0 && nowMs - this.sentAtMs[0]! >= 1000) this.sentAtMs.shift();
    const budget = this.limits.perSecondMax - (lane === 'cancel' ? 0 : this.limits.reservedForCancels);
    if (this.sentAtMs.length < budget) return 0;
    return 1000 - (nowMs - this.sentAtMs[this.sentAtMs.length - budget]!);
  }
}
