import { createHash } from 'node:crypto';
import type { Bar } from '../../shared/market/events/bar.js';
import type { EventBatch } from '../../shared/market/events/event-batch.js';
import { type FeaturePlan, planFeatures } from '../../shared/market/features/feature-plan.js';
import { SampledMarket } from '../../shared/market/features/sampled-market.js';
import { FEATURES } from '../../shared/market/features/schema.js';

const PLANS: readonly FeaturePlan[] = FEATURES.map(({ name }) => planFeatures([name]));

/** Every feature of the schema, read when a decision would be due; one that is not warm counts as NaN. */
export class FeatureRun {
  /** In the order of FEATURES. */
  private readonly row = new Float32Array(PLANS.length);
  private readonly market: SampledMarket;
  private readonly hash = createHash('sha256');
  private readonly one = new Float32Array(1);

  constructor(tickSize: number) {
    this.market = new SampledMarket(tickSize);
  }

  onEvent(batch: EventBatch, i: number): void {
    if (this.market.onEvent(batch, i) === 'sample') this.sample(batch.seq[i]!);
  }

  onBar(bar: Bar): void {
    this.market.onBar(bar);
  }

  beginStream(): void {
    this.market.beginStream();
  }

  async settled(): Promise<void> {}

  digest(): { decisions: number; sha256: string } {
    return { decisions: 0, sha256: this.hash.copy().digest('hex') };
  }

  private sample(seq: number): void {
    const { row, one } = this;
    for (let k = 0; k < PLANS.length; k++) row[k] = this.market.engine.read(PLANS[k]!, one) ? one[0]! : Number.NaN;
    this.hash.update(Float64Array.of(seq)).update(new Uint8Array(row.buffer));
  }
}
