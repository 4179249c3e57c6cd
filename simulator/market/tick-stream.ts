import { priceOf } from '../contracts/contract.js';
import type { Feed } from '../feed.js';
import {
  encodeTickPrice,
  encodeTickSize,
  encodeTickString,
  type Tick,
  tickNumber,
} from '../wire/encode-market-data.js';
import type { Field } from '../wire/frame.js';
import type { Level } from './book.js';
import type { Market, MarketListener } from './market.js';

const QUOTES: ReadonlySet<Tick> = new Set<Tick>(['bid', 'bidSize', 'ask', 'askSize']);

/** Sends one subscriber the top of the book and the trades as ticks, each only when it changed. */
export class TickStream implements MarketListener {
  #bid: Level | undefined;
  #ask: Level | undefined;

  constructor(
    readonly reqId: number,
    private readonly market: Market,
    private readonly isDelayed: boolean,
    private readonly wantsRtVolume: boolean,
    private readonly nowMs: () => number,
    private readonly feed: Pick<Feed, 'trades' | 'quotes'>,
  ) {}

  /** Everything known now. */
  snapshot(): void {
    const { market } = this;
    this.onBook();
    if (market.lastTicks === undefined) return;
    this.#price('last', market.lastTicks, market.lastSize);
    this.#size('lastSize', market.lastSize);
    this.#size('volume', market.volume);
    this.#price('high', market.highTicks, 0);
    this.#price('low', market.lowTicks, 0);
    this.#price('open', market.openTicks!, 0);
  }

  onBook(): void {
    const [bid, ask] = [this.market.book.bids[0], this.market.book.asks[0]];
    this.#bid = this.#quote('bid', 'bidSize', this.#bid, bid);
    this.#ask = this.#quote('ask', 'askSize', this.#ask, ask);
  }

  onTrade(priceTicks: number, size: number): void {
    const seconds = Math.floor(this.nowMs() / 1000);
    this.feed.trades(encodeTickString(this.reqId, tickNumber('lastTimestamp', this.isDelayed), String(seconds)));
    this.#price('last', priceTicks, size);
    this.#size('lastSize', size);
    this.#size('volume', this.market.volume);
    if (this.market.highTicks === priceTicks) this.#price('high', priceTicks, 0);
    if (this.market.lowTicks === priceTicks) this.#price('low', priceTicks, 0);
    if (!this.wantsRtVolume) return;
    const price = priceOf(this.market.contract, priceTicks);
    const text = `${price};${size};${this.nowMs()};${this.market.volume};${price};true`;
    this.feed.trades(encodeTickString(this.reqId, tickNumber('rtVolume', false), text));
  }

  onReset(): void {
    this.#bid = undefined;
    this.#ask = undefined;
  }

  #quote(price: Tick, sizeTick: Tick, before: Level | undefined, now: Level | undefined): Level | undefined {
    if (!now) return before;
    if (before?.priceTicks !== now.priceTicks) this.#price(price, now.priceTicks, now.size);
    if (before?.size !== now.size) this.#size(sizeTick, now.size);
    return { ...now };
  }

  #price(tick: Tick, ticks: number, size: number): void {
    const price = priceOf(this.market.contract, ticks);
    this.#send(tick, encodeTickPrice(this.reqId, tickNumber(tick, this.isDelayed), price, size));
  }

  #size(tick: Tick, size: number): void {
    this.#send(tick, encodeTickSize(this.reqId, tickNumber(tick, this.isDelayed), size));
  }

  #send(tick: Tick, fields: Field[]): void {
    if (QUOTES.has(tick)) this.feed.quotes(fields);
    else this.feed.trades(fields);
  }
}
