import type { Side } from '../../shared/market/events/event-batch.js';
import type { TickScale } from '../../shared/market/events/tick-scale.js';
import { aggressorOf, emptyTick, readTick, tickFault } from '../../shared/market/sierra/scid-record.js';
import { pointsOf, SCID, unixUsAt } from '../../shared/market/sierra/sierra-file.js';
import type { TradeFileState } from './follow-state.js';
import { type FilePlace, GrowingFile } from './growing-file.js';
import { RecentTrades } from './recent-trades.js';
import { RecordCursor } from './record-cursor.js';
import { datableUsAt, indexSince, newestUsOf } from './record-times.js';
import { offsetBehind } from './rewritten-trades.js';

export interface TakenTrade {
  readonly us: number;
  readonly priceTicks: number;
  /** Contracts. */
  readonly size: number;
  readonly aggressor: Side;
}

export interface PriceReading {
  /** What one unit of price in the file is worth, in points. */
  readonly priceScale: number;
  readonly ticks: TickScale;
  /** Times that can be dated lie within, ms since the epoch. */
  readonly isDatable: (ms: number) => boolean;
}

/** What the look at a file needs besides its bytes. */
export interface LookTimes {
  /** Wall ms. */
  readonly nowMs: number;
  /** What was not written for so long is taken not to come. */
  readonly holdMs: number;
}

/** The trades of a symbol: its `.scid` file, as far as it was followed. */
export class TradeFile {
  /** Newest time that was taken, microseconds; 0 before the first. */
  lastUs = 0;
  /** Time of the last record that is there. */
  newestUs: number | null = null;
  private recordsAtLast = 0;
  private recent: RecentTrades;
  /** It was written anew, and does not reach to what was followed yet. */
  private isBehind = false;
  private grown = { endOffset: 0, atMs: 0 };
  /** Time of the next record; undefined where that was not looked up. */
  private head: number | null | undefined;
  private readonly cursor: RecordCursor;
  private readonly tick = emptyTick();
  private readonly ticksOf: (price: number) => number;
  private file: GrowingFile | null = null;
  private place: FilePlace | null = null;

  constructor(
    readonly path: string,
    private readonly reading: PriceReading,
    private readonly sinceUs: number,
    state: TradeFileState | null,
  ) {
    this.ticksOf = ticksOfFilePrices(reading);
    this.cursor = new RecordCursor(SCID, state?.offset ?? SCID.headerBytes);
    this.recent = new RecentTrades(state?.recent);
    if (state === null) return;
    const { offset, mark, lastUs, recordsAtLast, isBehind } = state;
    Object.assign(this, { place: { offset, mark }, lastUs, recordsAtLast, isBehind });
  }

  /** A look begins. @returns what happened to the file meanwhile, in words; null where it only grew. @throws BadInput */
  open(times: LookTimes): string | null {
    this.file = GrowingFile.open(this.path, SCID);
    this.head = undefined;
    if (this.file === null) return null;
    this.cursor.begin(this.file, times.nowMs);
    this.newestUs = newestUsOf(this.file, this.reading.isDatable);
    let change: string | null = null;
    if (this.place === null) this.cursor.jump(this.beginning());
    else if (this.cursor.place().mark !== this.place.mark) {
      change = `${this.path} was written anew: what was followed of it is not captured again`;
      this.isBehind = this.lastUs > 0;
      this.cursor.restart(this.file.startOffset);
      this.cursor.begin(this.file, times.nowMs);
      if (!this.isBehind) this.cursor.jump(this.beginning());
    }
    if (this.isBehind) this.catchUp(times);
    this.mark();
    return change;
  }

  close(): void {
    if (this.file === null) return;
    this.mark();
    this.file.close();
    this.file = null;
    this.head = undefined;
  }

  get isThere(): boolean {
    return this.file !== null;
  }

  /** Time of the next record, never before those that were taken; null where there is none. */
  headUs(): number | null {
    if (this.head === undefined) this.head = this.findHead();
    return this.head;
  }

  seenAtMs(nowMs: number): number {
    return this.cursor.nextSeenAtMs(nowMs);
  }

  /** Why the record that `headUs` told of is none, without the place; null where it may be one. */
  fault(): string | null {
    const { bytes, at } = this.cursor;
    readTick(bytes, at, this.tick);
    if (!this.reading.isDatable(unixUsAt(bytes, at) / 1000)) return 'has a time outside the trading calendar';
    const fault = tickFault(this.tick);
    if (fault !== null) return fault;
    const isNone = this.tick.volume > 0 && Number.isNaN(this.ticksOf(this.tick.price));
    return isNone ? notATick(this.tick.price, this.reading) : null;
  }

  /** Goes behind the record that is none. @returns why, with its place */
  passOver(fault: string): string {
    const { offset } = this.cursor;
    this.cursor.take();
    this.head = undefined;
    return `byte ${offset} of ${this.path} ${fault}`;
  }

  /** The record that `headUs` told of, which has no fault. @returns null where it is no trade, or of before the beginning */
  take(): TakenTrade | null {
    const { tick } = this;
    const us = unixUsAt(this.cursor.bytes, this.cursor.at);
    this.cursor.take();
    this.head = undefined;
    if (this.lastUs === 0 && us < this.sinceUs) return null;
    if (us > this.lastUs) this.recordsAtLast = 0;
    if (us >= this.lastUs) {
      this.lastUs = us;
      this.recordsAtLast++;
    }
    // A record without volume tells of the quote only.
    if (tick.volume === 0) return null;
    this.recent.add(tick);
    return { us, priceTicks: this.ticksOf(tick.price), size: tick.volume, aggressor: aggressorOf(tick) };
  }

  state(): TradeFileState | null {
    if (this.place === null) return null;
    this.mark();
    const { lastUs, recordsAtLast, isBehind } = this;
    return { ...this.place, lastUs, recordsAtLast, isBehind, recent: this.recent.list() };
  }

  private findHead(): number | null {
    if (this.file === null || this.isBehind || !this.cursor.has()) return null;
    const us = datableUsAt(this.cursor.bytes, this.cursor.at, this.reading.isDatable);
    // One that has no time of its own is due at once: it must not hold up what lies behind it.
    return us > this.lastUs ? us : Math.max(this.lastUs, this.sinceUs);
  }

  private mark(): void {
    if (this.file !== null && this.place?.offset !== this.cursor.offset) this.place = this.cursor.place();
  }

  private beginning(): number {
    return this.file!.startOffset + indexSince(this.file!, this.sinceUs, this.reading.isDatable) * SCID.recordBytes;
  }

  /** Of a file that was written anew: to where following ended, where it holds that already. */
  private catchUp({ nowMs, holdMs }: LookTimes): void {
    const file = this.file!;
    if (file.endOffset !== this.grown.endOffset) this.grown = { endOffset: file.endOffset, atMs: nowMs };
    const before = { lastUs: this.lastUs, recordsAtLast: this.recordsAtLast, recent: this.recent.list() };
    const offset = offsetBehind(file, before, nowMs - this.grown.atMs >= holdMs, this.reading.isDatable);
    this.isBehind = offset === null;
    this.cursor.jump(offset ?? file.startOffset);
  }
}

/** As many prices as a day has, more or less. */
const REMEMBERED_PRICES = 1 << 14;

/** Whole ticks of a price in a file; NaN where it has none. The prices of a day are few: each is worked out once. */
export function ticksOfFilePrices({ ticks, priceScale }: PriceReading): (price: number) => number {
  const known = new Map<number, number>();
  return (price) => {
    const found = known.get(price);
    if (found !== undefined) return found;
    if (known.size >= REMEMBERED_PRICES) known.clear();
    const value = ticks.ticksOf(pointsOf(price, priceScale));
    known.set(price, value);
    return value;
  };
}

export function notATick(price: number, { priceScale, ticks }: PriceReading): string {
  const scaled = priceScale === 1 ? '' : ` x ${priceScale}`;
  return `has the price ${price}${scaled}, no whole number of ticks of ${ticks.tickSize}: look at sierra.priceScale`;
}
