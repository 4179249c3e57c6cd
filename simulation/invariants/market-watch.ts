import type { Day } from '../day/day.js';

const SAMPLE_EVERY_MS = 100;
const KEPT_MS = 30_000;

/** What the market was lately, and when the bridge last heard of its book. */
export class MarketWatch {
  /** Of the newest depth message that arrived at the bridge; -Infinity before. */
  depthHeardMs = Number.NEGATIVE_INFINITY;
  private readonly mids: { readonly atMs: number; readonly ticks: number }[] = [];
  private sampledMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly day: Day) {}

  /** To be called when depth arrives at the bridge. */
  heardDepth(): void {
    this.depthHeardMs = this.day.world.nowMs;
  }

  look(): void {
    const { world, market } = this.day;
    const ticks = market.bidTicks + 0.5;
    // Every price counts, however short: a push moves the market many ticks between two samples.
    if (ticks === this.mids.at(-1)?.ticks && world.nowMs - this.sampledMs < SAMPLE_EVERY_MS) return;
    this.sampledMs = world.nowMs;
    this.mids.push({ atMs: world.nowMs, ticks });
    while (this.mids[0]!.atMs < world.nowMs - KEPT_MS) this.mids.shift();
  }

  /** The least distance of a price from any mid since a moment, ticks. */
  distanceTicks(priceTicks: number, sinceMs: number): number {
    const now = this.day.market.bidTicks + 0.5;
    return Math.min(
      Math.abs(priceTicks - now),
      ...this.mids.filter(({ atMs }) => atMs >= sinceMs).map(({ ticks }) => Math.abs(priceTicks - ticks)),
    );
  }
}
