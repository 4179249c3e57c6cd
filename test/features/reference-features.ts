import { Side } from '../../shared/market/events/event-batch.js';
import { SpliceBook } from '../book/splice-book.js';
import type { TestEvent } from '../market/event.js';

/** Something that happened at a time, which windows add up. */
interface Fact {
  readonly tsNs: bigint;
  readonly ofi?: number;
  readonly bookEvents?: number;
  readonly moveTicks?: number;
  readonly volume?: number;
  readonly sign?: number;
  readonly priceTicks?: number;
}

interface Top {
  readonly bid: number;
  readonly bidSize: number;
  readonly ask: number;
  readonly askSize: number;
}

/**
 * The features of book and flow by their definitions: every fact since the last break is kept, and each value is added
 * up anew. Slow and obvious; shares no code with the engine.
 */
export class ReferenceFeatures {
  private readonly book = new SpliceBook();
  private facts: Fact[] = [];
  private mids: { tsNs: bigint; mid: number }[] = [];
  private isTrusted = true;
  private isSettled = false;
  private top: Top | null = null;
  private nowNs = 0n;
  private lastDepthNs = 0n;

  apply(event: TestEvent): void {
    this.nowNs = event.tsNs;
    if (event.kind === 'reset' || event.kind === 'gap') {
      this.book.clear();
      this.facts = [];
      this.mids = [];
      this.top = null;
      this.isSettled = false;
      this.isTrusted = event.kind === 'reset';
    } else if (event.kind === 'trade') {
      const price = event.priceTicks!;
      const mid = this.top ? (this.top.bid + this.top.ask) / 2 : price;
      const sign = event.side === Side.bid ? 1 : event.side === Side.ask ? -1 : price > mid ? 1 : price < mid ? -1 : 0;
      this.facts.push({ tsNs: event.tsNs, volume: event.size!, sign, priceTicks: price });
    } else if (this.isTrusted) {
      this.lastDepthNs = event.tsNs;
      this.book.apply(event.operation!, event.side!, event.position!, event.priceTicks!, event.size!);
      this.isSettled = event.last !== false && this.book.isConsistent();
      if (this.isSettled) this.completeEvent(event.tsNs);
    }
  }

  private completeEvent(tsNs: bigint): void {
    const [[ask], [bid]] = this.book.sides;
    const now: Top = { bid: bid!.priceTicks, bidSize: bid!.size, ask: ask!.priceTicks, askSize: ask!.size };
    const before = this.top;
    let ofi = 0;
    let moveTicks = 0;
    if (before) {
      // Cont, Kukanov, Stoikov: what the bid side gained minus what the ask side gained.
      const bidGain =
        now.bid > before.bid ? now.bidSize : now.bid < before.bid ? -before.bidSize : now.bidSize - before.bidSize;
      const askGain =
        now.ask < before.ask ? now.askSize : now.ask > before.ask ? -before.askSize : now.askSize - before.askSize;
      ofi = bidGain - askGain;
      moveTicks = (now.bid + now.ask - before.bid - before.ask) / 2;
    }
    this.facts.push({ tsNs, bookEvents: 1, ofi, moveTicks });
    if (!before || moveTicks !== 0) this.mids.push({ tsNs, mid: (now.bid + now.ask) / 2 });
    this.top = now;
  }

  /** The values of the features, or null where one of them may not be used. */
  read(names: readonly string[]): Float32Array | null {
    const values = names.map((name) => this.value(name));
    return values.some((value) => value === null) ? null : Float32Array.from(values as number[]);
  }

  private value(name: string): number | null {
    const [, stem = name, argument] = /^(.+?)_(\d+)s$/.exec(name) ?? [];
    if (argument !== undefined) return this.windowed(stem, Number(argument));
    const trades = this.facts.filter(({ volume }) => volume !== undefined);
    const last = trades.at(-1);
    if (name === 'last_trade_sign') return last ? last.sign! : null;
    if (name === 'last_trade_size') return last ? last.volume! : null;
    if (name === 'seconds_since_trade') return last ? Number(this.nowNs - last.tsNs) / 1e9 : null;
    return this.isFresh() ? this.bookValue(name) : null;
  }

  private isFresh(): boolean {
    return this.isSettled && this.nowNs - this.lastDepthNs <= 30_000_000_000n;
  }

  private bookValue(name: string): number | null {
    const { bid, bidSize, ask, askSize } = this.top!;
    const [asks, bids] = this.book.sides;
    const levels = Math.min(asks.length, bids.length);
    const total = (side: typeof asks, count: number) => side.slice(0, count).reduce((sum, { size }) => sum + size, 0);
    const imbalance = (b: number, a: number) => (b + a === 0 ? 0 : (b - a) / (b + a));
    const level = /^imbalance_(\d+)$/.exec(name)?.[1];
    if (level) {
      const k = Number(level);
      return levels < k ? null : imbalance(bids[k - 1]!.size, asks[k - 1]!.size);
    }
    switch (name) {
      case 'spread':
        return ask - bid;
      case 'microprice_minus_mid':
        return bidSize + askSize === 0 ? 0 : ((ask - bid) / 2) * ((bidSize - askSize) / (bidSize + askSize));
      case 'queue_bid':
        return bidSize;
      case 'queue_ask':
        return askSize;
      case 'seconds_since_mid_change':
        return Number(this.nowNs - this.mids.at(-1)!.tsNs) / 1e9;
    }
    if (levels < 5) return null;
    switch (name) {
      case 'imbalance_top5':
        return imbalance(total(bids, 5), total(asks, 5));
      case 'imbalance_top10':
        return imbalance(total(bids, 10), total(asks, 10));
      case 'depth_bid':
        return total(bids, 10);
      case 'depth_ask':
        return total(asks, 10);
      case 'slope_bid':
        return slope(bids.map(({ size }) => size));
      case 'slope_ask':
        return slope(asks.map(({ size }) => size));
      default:
        throw new Error(`the reference does not know ${name}`);
    }
  }

  private windowed(stem: string, seconds: number): number | null {
    const buckets = BigInt(seconds * 10);
    const nowBucket = this.nowNs / BUCKET_NS;
    const start = this.mids[0];
    // Every bucket of the window must have begun after the first settled book.
    if (!this.isSettled || !start || nowBucket - start.tsNs / BUCKET_NS < buckets) return null;
    const isFlow = /^(signed_volume|volume|trades|trade_imbalance|vwap_minus_mid|volume_ratio_10s)$/.test(stem);
    if (!isFlow && !this.isFresh()) return null;
    const inWindow = (window: bigint) => this.facts.filter(({ tsNs }) => tsNs / BUCKET_NS > nowBucket - window);
    const sum = (value: (fact: Fact) => number | undefined, window = buckets) =>
      inWindow(window).reduce((total, fact) => total + (value(fact) ?? 0), 0);
    const volume = sum((fact) => fact.volume);
    const mid = this.mids.at(-1)!.mid;
    switch (stem) {
      case 'ofi':
        return sum((fact) => fact.ofi);
      case 'book_events':
        return sum((fact) => fact.bookEvents);
      case 'mid_changes':
        return sum((fact) => (fact.moveTicks ? 1 : 0));
      case 'realised_vol':
        return Math.sqrt(sum((fact) => 4 * (fact.moveTicks ?? 0) ** 2)) / 2;
      case 'mid_change':
        return mid - this.mids.findLast(({ tsNs }) => tsNs / BUCKET_NS <= nowBucket - buckets)!.mid;
      case 'signed_volume':
        return sum((fact) => (fact.sign ?? 0) * (fact.volume ?? 0));
      case 'volume':
        return volume;
      case 'trades':
        return sum((fact) => (fact.volume === undefined ? 0 : 1));
      case 'trade_imbalance':
        return volume === 0 ? 0 : sum((fact) => (fact.sign ?? 0) * (fact.volume ?? 0)) / volume;
      case 'vwap_minus_mid': {
        const paid = sum((fact) => (fact.priceTicks ?? 0) * (fact.volume ?? 0));
        return volume === 0 ? 0 : (2 * paid - 2 * mid * volume) / (2 * volume);
      }
      case 'volume_ratio_10s':
        return volume === 0 ? 1 : (6 * sum((fact) => fact.volume, 100n)) / volume;
      default:
        throw new Error(`the reference does not know ${stem}`);
    }
  }
}

const BUCKET_NS = 100_000_000n;

/** Least-squares slope of the cumulated sizes on 1..10, as a share of the last one. */
function slope(sizes: number[]): number {
  const cumulated: number[] = [];
  let total = 0;
  for (let k = 0; k < 10; k++) {
    total += sizes[k] ?? 0;
    cumulated.push(total);
  }
  if (total === 0) return 0;
  const meanK = 5.5;
  const covariance = cumulated.reduce((sum, value, k) => sum + (k + 1 - meanK) * value, 0);
  return covariance / (82.5 * total);
}
