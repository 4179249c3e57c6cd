import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** How long things took, as quantiles since the start; constant memory. */
export class Latencies {
  private readonly histogram: RecordableHistogram = createHistogram();

  record(latencyMs: number): void {
    this.histogram.record(Math.max(1, Math.round(latencyMs * 1e6)));
  }

  /** Milliseconds; 0 before the first. */
  quantileMs(percentile: number): number {
    return this.histogram.count === 0 ? 0 : this.histogram.percentile(percentile) / 1e6;
  }

  get count(): number {
    return this.histogram.count;
  }
}
