import { Failure } from '../../failure.js';
import type { Bar } from '../events/bar.js';
import { BAR_MS } from '../events/bar.js';
import { type EventBatch, EventKind, Side } from '../events/event-batch.js';
import type { FeaturePlan } from './feature-plan.js';
import { MarketState } from './market-state.js';
import { Flow } from './time-windows.js';

/**
 * The one feature engine: live, in replay and in training. Feed it every event in arrival order; read it where a
 * decision or a sample is due. An event costs no allocation and no work that grows with a window.
 *
 * What it says depends only on the events and bars fed, not on how they were cut into batches nor on their base times.
 */
export class FeatureEngine {
  readonly state = new MarketState();
  /** Whole second since the epoch that the state's ns count from: that of the first event. */
  private baseNs: bigint | null = null;
  private baseMs = 0;
  private attached: EventBatch | null = null;
  private offsetNs = 0;

  /** @throws TimeWentBack when the event is older than the one before */
  onEvent(batch: EventBatch, i: number): void {
    const nowNs = this.timeNs(batch, i);
    const { state } = this;
    if (!(nowNs >= state.nowNs)) throw new TimeWentBack(batch, i);
    if (nowNs >= state.windows.bucketEndNs) state.windows.advanceTo(nowNs, state.midHalfTicks);
    state.nowNs = nowNs;
    switch (batch.kind[i]) {
      case EventKind.depth:
        if (!state.isBookTrusted) return;
        state.lastDepthNs = nowNs;
        state.book.apply(batch.operation[i]!, batch.side[i]!, batch.position[i]!, batch.priceTicks[i]!, batch.size[i]!);
        if (batch.last[i] === 1) completeBookEvent(state);
        else state.isSettled = false;
        return;
      case EventKind.trade:
        recordTrade(state, batch.side[i]!, batch.priceTicks[i]!, batch.size[i]!);
        return;
      case EventKind.reset:
        state.clearStream();
        state.isBookTrusted = true;
        return;
      default:
        state.clearStream();
        state.isBookTrusted = false;
    }
  }

  /** Time of an event as the state counts it: ns after a whole second that stays the same for this engine's life. */
  timeNs(batch: EventBatch, i: number): number {
    if (batch !== this.attached) this.attach(batch);
    return batch.tsRecvNs[i]! + this.offsetNs;
  }

  /** A five-minute bar has closed. Bars may be fed ahead of the stream, to warm the bar features up. */
  onBar(bar: Bar): void {
    this.state.bars.add(bar);
    this.state.nowMs = Math.max(this.state.nowMs, bar.openMs + BAR_MS);
  }

  /** Another stream begins (the next file, a new connection): nothing of the last one is left but the bars. */
  beginStream(): void {
    this.state.clearStream();
    this.state.isBookTrusted = true;
  }

  /** Another contract of the product begins: not even bars are left of the last one. */
  beginContract(): void {
    this.beginStream();
    this.state.bars.clear();
  }

  /**
   * Values of the plan's features now, into `out` (row of the head's input).
   * @returns false, and `out` unchanged, while a feature is not warm or an input is stale
   */
  read(plan: FeaturePlan, out: Float32Array): boolean {
    const { state } = this;
    if (this.baseNs !== null && state.nowNs > Number.NEGATIVE_INFINITY)
      state.nowMs = Math.max(state.nowMs, this.baseMs + Math.floor(state.nowNs / 1e6));
    if (!isReady(state, plan)) return false;
    const { features } = plan;
    for (let column = 0; column < features.length; column++) out[column] = features[column]!.value(state);
    return true;
  }

  private attach(batch: EventBatch): void {
    if (this.baseNs === null) {
      this.baseNs = batch.baseNs - (batch.baseNs % SECOND_NS);
      this.baseMs = Number(this.baseNs / 1_000_000n);
    }
    this.attached = batch;
    this.state.session.follow(batch.instrument);
    this.offsetNs = Number(batch.baseNs - this.baseNs);
  }
}

const SECOND_NS = 1_000_000_000n;

/** Events of one stream come in order of their receive time. */
export class TimeWentBack extends Failure {
  constructor(batch: EventBatch, i: number) {
    super(
      'TimeWentBack',
      `event ${batch.seq[i]} of ${batch.instrument} is older than the event before it`,
      'sort the stream, or feed each stream to an engine of its own',
      { seq: batch.seq[i] },
    );
  }
}

function isReady(state: MarketState, plan: FeaturePlan): boolean {
  if (plan.bars > 0) {
    if (state.bars.count < plan.bars || state.nowMs - state.bars.closeMs > plan.barMaxAgeMs) return false;
  }
  if (plan.trades > 0 && state.lastTradeNs === Number.NEGATIVE_INFINITY) return false;
  if (plan.bookLevels === 0) return true;
  const [askLevels, bidLevels] = state.book.count;
  return (
    state.isSettled &&
    askLevels! >= plan.bookLevels &&
    bidLevels! >= plan.bookLevels &&
    state.windows.covers(plan.windowMs, state.startNs) &&
    state.nowNs - state.lastDepthNs <= plan.depthMaxAgeMs * 1e6
  );
}

/** An exchange event is complete: takes its best prices over where the book makes sense. */
function completeBookEvent(state: MarketState): void {
  const { book, windows } = state;
  state.isSettled = book.isConsistent();
  if (!state.isSettled) return;
  const bid = book.levels;
  const bidTicks = book.priceTicks[bid]!;
  const bidSize = book.size[bid]!;
  const askTicks = book.priceTicks[0]!;
  const askSize = book.size[0]!;
  const midHalfTicks = bidTicks + askTicks;
  windows.add(Flow.bookEvents, 1);
  if (Number.isNaN(state.startNs)) {
    state.startNs = state.nowNs;
    state.lastMidChangeNs = state.nowNs;
  } else {
    let ofi = 0;
    if (bidTicks >= state.bidTicks) ofi += bidSize;
    if (bidTicks <= state.bidTicks) ofi -= state.bidSize;
    if (askTicks <= state.askTicks) ofi -= askSize;
    if (askTicks >= state.askTicks) ofi += state.askSize;
    if (ofi !== 0) windows.add(Flow.ofi, ofi);
    if (midHalfTicks !== state.midHalfTicks) {
      const move = midHalfTicks - state.midHalfTicks;
      windows.add(Flow.midChanges, 1);
      windows.add(Flow.midSquares, move * move);
      state.lastMidChangeNs = state.nowNs;
    }
  }
  state.bidTicks = bidTicks;
  state.bidSize = bidSize;
  state.askTicks = askTicks;
  state.askSize = askSize;
  state.midHalfTicks = midHalfTicks;
}

function recordTrade(state: MarketState, aggressor: number, priceTicks: number, size: number): void {
  const sign = aggressor === Side.bid ? 1 : aggressor === Side.ask ? -1 : quoteTest(state, priceTicks);
  const { windows } = state;
  windows.add(Flow.trades, 1);
  windows.add(Flow.volume, size);
  windows.add(Flow.signedVolume, sign * size);
  windows.add(Flow.priceVolume, priceTicks * size);
  state.lastTradeNs = state.nowNs;
  state.lastTradeSize = size;
  state.lastTradeSign = sign;
}

/** Lee and Ready (1991): above the mid it was bought, below it sold; at the mid, or without a book, unknown. */
function quoteTest(state: MarketState, priceTicks: number): number {
  return Number.isNaN(state.startNs) ? 0 : Math.sign(2 * priceTicks - state.midHalfTicks);
}
