import type { Bar } from '../../shared/market/events/bar.js';
import { createEventBatch, type EventBatch, EventKind, Side } from '../../shared/market/events/event-batch.js';
import { type TickScale, tickScaleOf } from '../../shared/market/events/tick-scale.js';
import type { Decision } from '../../shared/model/decision/decision.js';
import { DecisionPipeline } from '../../shared/model/decision/decision-pipeline.js';
import type { HeadSet } from '../../shared/model/heads/head-set.js';
import type { DepthChange } from '../feed/depth-change.js';
import type { EventSink } from '../feed/event-sink.js';

export interface DeciderDeps {
  readonly instrument: string;
  readonly tickSize: number;
  readonly baseNs: bigint;
  /** Sequence number of the last event before this pipeline began. */
  readonly afterEventSeq: number;
  /** Called before each event with its time (ns since the base): the place between two events. */
  readonly beforeEvent: (atNs: number) => void;
  /** @param startedMonotonicMs when the event that led to it came in */
  readonly onDecision: (decision: Decision, startedMonotonicMs: number) => void;
  readonly onError: (error: unknown) => void;
}

/** Best prices in points, the exact decimals of their ticks; NaN while the book is not settled. */
export interface BestPrices {
  readonly bid: number;
  readonly ask: number;
}

/** Feeds captured events, one at a time, to the pipeline that replay and training use as well. */
export class Decider implements EventSink {
  private readonly pipeline: DecisionPipeline;
  private readonly scale: TickScale;
  private readonly row: EventBatch;
  private rehearsed: Promise<unknown> = Promise.resolve();

  constructor(private readonly deps: DeciderDeps) {
    this.pipeline = new DecisionPipeline(deps.tickSize);
    this.scale = tickScaleOf(deps.tickSize);
    this.row = createEventBatch(deps.instrument, deps.tickSize, deps.baseNs, 1);
    this.row.length = 1;
    this.row.last[0] = 1;
    this.row.tsEventNs[0] = Number.NaN;
    this.row.seq[0] = deps.afterEventSeq;
  }

  depth(atNs: number, seq: number, { operation, side, position, price, size }: DepthChange): void {
    this.row.operation[0] = operation;
    this.row.side[0] = side;
    this.row.position[0] = position;
    this.feed(EventKind.depth, atNs, seq, price, size);
  }

  trade(atNs: number, seq: number, price: number, size: number): void {
    this.row.operation[0] = 0;
    this.row.side[0] = Side.none;
    this.row.position[0] = 0;
    this.feed(EventKind.trade, atNs, seq, price, size);
  }

  broken(kind: 'reset' | 'gap', atNs: number, seq: number): void {
    this.row.operation[0] = 0;
    this.row.side[0] = 0;
    this.row.position[0] = 0;
    this.feed(kind === 'reset' ? EventKind.reset : EventKind.gap, atNs, seq, 0, 0);
  }

  onBar(bar: Bar): void {
    this.pipeline.onBar(bar);
  }

  /** From the next event on these heads decide. @returns frees the heads until now, once they have finished */
  swapHeads(next: HeadSet): () => Promise<void> {
    const prior = this.pipeline.swapHeads(next);
    return async () => {
      await this.pipeline.settled();
      await this.rehearsed;
      await prior?.release();
    };
  }

  /** Reads the features and runs the heads once more, without effect: see `Rehearsal`. */
  rehearse(): void {
    this.rehearsed = Promise.all([this.rehearsed, this.pipeline.rehearse()]);
  }

  /** Sequence number of the last event that was fed. */
  get lastEventSeq(): number {
    return this.row.seq[0]!;
  }

  bestPrices(): BestPrices {
    const { isSettled, bidTicks, askTicks } = this.pipeline.state;
    if (!isSettled) return { bid: Number.NaN, ask: Number.NaN };
    return { bid: this.scale.priceOf(bidTicks), ask: this.scale.priceOf(askTicks) };
  }

  /** The market as the features see it now. */
  get market(): DecisionPipeline['state'] {
    return this.pipeline.state;
  }

  digest(): { decisions: number; sha256: string } {
    return this.pipeline.digest();
  }

  settled(): Promise<void> {
    return this.pipeline.settled();
  }

  private feed(kind: EventKind, atNs: number, seq: number, price: number, size: number): void {
    const { row, deps } = this;
    deps.beforeEvent(atNs);
    row.kind[0] = kind;
    row.tsRecvNs[0] = atNs;
    row.seq[0] = seq;
    row.priceTicks[0] = this.scale.ticksOf(price);
    row.size[0] = size;
    const startedMonotonicMs = performance.now();
    const due = this.pipeline.onEvent(row, 0);
    if (due === null) return;
    if (due instanceof Promise)
      due.then((decision) => deps.onDecision(decision, startedMonotonicMs)).catch(deps.onError);
    else this.hand(due, startedMonotonicMs);
  }

  /** Whatever fails over it, the event was taken. */
  private hand(decision: Decision, startedMonotonicMs: number): void {
    try {
      this.deps.onDecision(decision, startedMonotonicMs);
    } catch (error) {
      this.deps.onError(error);
    }
  }
}
