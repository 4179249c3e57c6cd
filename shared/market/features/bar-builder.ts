import { BAR_MS, type Bar } from '../events/bar.js';
import { type EventBatch, EventKind } from '../events/event-batch.js';
import { TickScale } from '../events/tick-scale.js';

const BAR_NS = BAR_MS * 1e6;
const BAR_NS_BIG = BigInt(BAR_NS);
/** A first bar that is seen from later than this on is not whole, and is left out. */
const FIRST_EVENT_LATE_NS_MAX = 1e9;

/** Trades -> five-minute bars. A bar without trades does not exist. */
export class BarBuilder {
  private readonly scale: TickScale;
  private attached: EventBatch | null = null;
  /** The bar that is filling: its number since the epoch, and its end in ns after the attached batch's base. */
  private barNumber = -1n;
  private endNs = Number.NEGATIVE_INFINITY;
  private isWhole = false;
  private volume = 0;
  private openTicks = 0;
  private highTicks = 0;
  private lowTicks = 0;
  private closeTicks = 0;

  constructor(tickSize: number) {
    this.scale = new TickScale(tickSize);
  }

  /** Takes the next event. @returns the bar that closed before it, or null */
  onEvent(batch: EventBatch, i: number): Bar | null {
    if (batch !== this.attached) this.attach(batch);
    const tsNs = batch.tsRecvNs[i]!;
    const closed = tsNs >= this.endNs ? this.turn(batch, tsNs) : null;
    if (batch.kind[i] === EventKind.trade) this.addTrade(batch.priceTicks[i]!, batch.size[i]!);
    return closed;
  }

  /** The bar that is filling, as if it had ended: for the last bar of a stream that ends with its session. */
  finish(): Bar | null {
    const bar = this.isWhole && this.volume > 0 ? this.bar() : null;
    this.volume = 0;
    return bar;
  }

  private addTrade(ticks: number, size: number): void {
    if (this.volume === 0) {
      this.openTicks = ticks;
      this.highTicks = ticks;
      this.lowTicks = ticks;
    } else if (ticks > this.highTicks) this.highTicks = ticks;
    else if (ticks < this.lowTicks) this.lowTicks = ticks;
    this.closeTicks = ticks;
    this.volume += size;
  }

  /** Ends the bar that is filling and begins the one of `tsNs`. */
  private turn(batch: EventBatch, tsNs: number): Bar | null {
    const isFirst = this.barNumber < 0n;
    const closed = this.finish();
    const absoluteNs = batch.baseNs + BigInt(tsNs);
    this.barNumber = absoluteNs / BAR_NS_BIG;
    this.endNs = Number((this.barNumber + 1n) * BAR_NS_BIG - batch.baseNs);
    this.isWhole = !isFirst || tsNs - (this.endNs - BAR_NS) <= FIRST_EVENT_LATE_NS_MAX;
    return closed;
  }

  private bar(): Bar {
    return {
      openMs: Number(this.barNumber) * BAR_MS,
      open: this.scale.priceOf(this.openTicks),
      high: this.scale.priceOf(this.highTicks),
      low: this.scale.priceOf(this.lowTicks),
      close: this.scale.priceOf(this.closeTicks),
      volume: this.volume,
    };
  }

  private attach(batch: EventBatch): void {
    this.attached = batch;
    if (this.barNumber >= 0n) this.endNs = Number((this.barNumber + 1n) * BAR_NS_BIG - batch.baseNs);
  }
}
