import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** Upper bounds of the buckets, milliseconds; above the last one only the count tells. */
const BOUNDS_MS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] as const;

export interface LatencyHistogram {
  readonly count: number;
  readonly sumMs: number;
  /** How many took at most so long, as in Prometheus. */
  readonly buckets: { leMs: number; count: number }[];
}

/** How long things took since the start, as quantiles and as buckets; constant memory. */
export class Latencies {
  private readonly quantiles: RecordableHistogram = createHistogram();
  /** Cumulative. */
  private readonly counts = new Float64Array(BOUNDS_MS.length);
  private sumMs = 0;

  record(latencyMs: number): void {
    this.quantiles.record(Math.max(1, Math.round(latencyMs * 1e6)));
    this.sumMs += latencyMs;
    for (let i = BOUNDS_MS.length - 1; i >= 0 && latencyMs <= BOUNDS_MS[i]!; i--) this.counts[i]!++;
  }

  /** Milliseconds; 0 before the first. */
  quantileMs(percentile: number): number {
    return this.quantiles.count === 0 ? 0 : this.quantiles.percentile(percentile) / 1e6;
  }

  get count(): number {
    return this.quantiles.count;
  }

  get histogram(): LatencyHistogram {
    return {
      count: this.count,
      sumMs: this.sumMs,
      buckets: BOUNDS_MS.map((leMs, i) => ({ leMs, count: this.counts[i]! })),
    };
  }
}
