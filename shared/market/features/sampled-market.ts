import type { Bar } from '../events/bar.js';
import type { EventBatch } from '../events/event-batch.js';
import { BarBuilder } from './bar-builder.js';
import { FeatureEngine } from './feature-engine.js';
import { type Due, SecondSampler } from './second-sampler.js';

/**
 * The engine, the bars made from its trades, and the moments at which it is sampled: what training and trading share,
 * so that a head is trained on the rows that it will see.
 */
export class SampledMarket {
  readonly engine = new FeatureEngine();
  private bars: BarBuilder;
  private readonly sampler = new SecondSampler();

  /** @param tickSize of the instrument whose events are fed */
  constructor(private readonly tickSize: number) {
    this.bars = new BarBuilder(tickSize);
  }

  /** Takes the next event. A bar that it ends is closed before it is applied. @throws TimeWentBack */
  onEvent(batch: EventBatch, i: number): Due {
    const bar = this.bars.onEvent(batch, i);
    if (bar !== null) this.engine.onBar(bar);
    this.engine.onEvent(batch, i);
    return this.sampler.due(this.engine.state.nowNs, this.engine.state.isSettled);
  }

  /** A bar from elsewhere, e.g. of yesterday, to warm the bar features up. */
  onBar(bar: Bar): void {
    this.engine.onBar(bar);
  }

  /** Another stream begins; bars are kept. */
  beginStream(): void {
    this.engine.beginStream();
    this.sampler.restart();
  }

  /** Another contract begins, with the same tick size: no feature may see both. */
  beginContract(): void {
    this.bars = new BarBuilder(this.tickSize);
    this.engine.beginContract();
    this.sampler.restart();
  }
}
