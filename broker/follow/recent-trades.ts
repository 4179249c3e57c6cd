import { aggressorOf, type ScidTick } from '../../shared/market/sierra/scid-record.js';

/** What the exchange said of a trade, and a download says again: price in the file's units, contracts, aggressor. */
export type RecentTrade = readonly [price: number, size: number, aggressor: number];

/** As many as no two places of a market have alike. */
export const RECENT_TRADES = 32;

/** The newest trades of a file, oldest first. */
export class RecentTrades {
  private readonly fields = new Float64Array(3 * RECENT_TRADES);
  private count = 0;

  constructor(saved: readonly RecentTrade[] = []) {
    for (const [price, size, aggressor] of saved) this.push(price, size, aggressor);
  }

  add(tick: ScidTick): void {
    this.push(tick.price, tick.volume, aggressorOf(tick));
  }

  list(): RecentTrade[] {
    const held = Math.min(this.count, RECENT_TRADES);
    return Array.from({ length: held }, (_, i) => this.at(held - 1 - i));
  }

  /** Whether its newest trades are these, one by one. */
  endsWith(trades: readonly RecentTrade[]): boolean {
    if (trades.length === 0 || this.count < trades.length) return false;
    for (let back = 0; back < trades.length; back++) {
      const [price, size, aggressor] = this.at(back);
      const other = trades[trades.length - 1 - back]!;
      if (price !== other[0] || size !== other[1] || aggressor !== other[2]) return false;
    }
    return true;
  }

  /** @param back 0 for the newest */
  private at(back: number): RecentTrade {
    const from = 3 * ((this.count - 1 - back) % RECENT_TRADES);
    return [this.fields[from]!, this.fields[from + 1]!, this.fields[from + 2]!];
  }

  private push(price: number, size: number, aggressor: number): void {
    const from = 3 * (this.count++ % RECENT_TRADES);
    this.fields[from] = price;
    this.fields[from + 1] = size;
    this.fields[from + 2] = aggressor;
  }
}
