import type { CaptureWriter } from '../capture/capture-writer.js';
import type { GatewaySession } from '../connection/session.js';
import type { EventSink } from '../feed/event-sink.js';
import type { MarketFeed } from '../feed/market-feed.js';

/** A contract that is captured, and no more. */
export interface CapturedBeside {
  readonly feed: Pick<MarketFeed, 'subscribe' | 'lost' | 'recover' | 'renew' | 'end'>;
  readonly capture: Pick<CaptureWriter, 'close'>;
}

export interface OverlapCaptureDeps {
  /** Contracts to be captured beside the one that is traded, now. */
  readonly wanted: () => readonly string[];
  /** The connection, once it is reconciled and while it is. */
  readonly session: () => GatewaySession | undefined;
  readonly open: (localSymbol: string) => CapturedBeside;
  /** One cannot be captured: that keeps nothing from being traded. */
  readonly onTrouble: (text: string) => void;
}

/** Nobody decides by it. */
export const NOBODY: EventSink = { depth: () => {}, trade: () => {}, broken: () => {} };

/** Captures both contracts around a roll, each in a stream of its own name; nothing of it reaches book, features or heads. */
export class OverlapCapture {
  private readonly running = new Map<string, CapturedBeside>();
  private closing: Promise<void> = Promise.resolve();

  constructor(private readonly deps: OverlapCaptureDeps) {}

  get contracts(): string[] {
    return [...this.running.keys()];
  }

  /** To be called as time passes: begins what is wanted now, on a connection that is ready, and ends what is not any more. */
  look(): void {
    const wanted = this.deps.wanted();
    for (const localSymbol of this.running.keys()) if (!wanted.includes(localSymbol)) this.end(localSymbol);
    const session = this.deps.session();
    if (session === undefined) return;
    for (const localSymbol of wanted) if (!this.running.has(localSymbol)) this.begin(localSymbol, session);
  }

  /** On a new connection, as the traded contract's feed. */
  subscribe(session: GatewaySession): void {
    for (const { feed } of this.running.values()) feed.subscribe(session);
  }

  lost(reason: string): void {
    for (const { feed } of this.running.values()) feed.lost(reason);
  }

  recover(): void {
    for (const { feed } of this.running.values()) feed.recover();
  }

  renew(): void {
    for (const { feed } of this.running.values()) feed.renew();
  }

  async close(): Promise<void> {
    for (const localSymbol of this.contracts) this.end(localSymbol);
    await this.closing;
  }

  private begin(localSymbol: string, session: GatewaySession): void {
    try {
      const beside = this.deps.open(localSymbol);
      this.running.set(localSymbol, beside);
      beside.feed.subscribe(session);
    } catch (error) {
      this.deps.onTrouble(`${localSymbol} cannot be captured: ${String(error)}`);
    }
  }

  private end(localSymbol: string): void {
    const { feed, capture } = this.running.get(localSymbol)!;
    this.running.delete(localSymbol);
    feed.end();
    const tell = (error: unknown) =>
      this.deps.onTrouble(`the capture of ${localSymbol} was not closed: ${String(error)}`);
    this.closing = Promise.all([this.closing, capture.close().catch(tell)]).then(() => {});
  }
}
