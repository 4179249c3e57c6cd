import { Side } from '../../shared/market/events/event-batch.js';
import type { TickScale } from '../../shared/market/events/tick-scale.js';
import { aggressorOf, emptyTick, readTick, tickFault } from '../../shared/market/sierra/scid-record.js';
import { pointsOf, SCID, unixUsAt } from '../../shared/market/sierra/sierra-file.js';
import type { TradeFileState } from './follow-state.js';
import { GrowingFile } from './growing-file.js';
import { RecordCursor } from './record-cursor.js';

/** A record of a followed file: an event, or why it is none. Skipped ones are told as null. */
export interface TakenTrade {
  readonly us: number;
  readonly fault: string | null;
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

/** The trades of a symbol: its `.scid` file, as far as it was followed. */
export class TradeFile {
  /** Newest time that was taken, microseconds; 0 before the first. */
  lastUs = 0;
  /** Time of the last record that is there. */
  newestUs: number | null = null;
  private recordsAtLast = 0;
  private skip: TradeFileState['skip'] = null;
  private readonly cursor: RecordCursor;
  private readonly tick = emptyTick();
  private file: GrowingFile | null = null;
  private place: Pick<TradeFileState, 'offset' | 'mark'> | null = null;

  constructor(
    readonly path: string,
    private readonly reading: PriceReading,
    private readonly sinceUs: number,
    state: TradeFileState | null,
  ) {
    this.cursor = new RecordCursor(SCID, state?.offset ?? 0);
    if (state === null) return;
    const { offset, mark } = state;
    this.place = { offset, mark };
    this.lastUs = state.lastUs;
    this.recordsAtLast = state.recordsAtLast;
    this.skip = state.skip;
  }

  /** A look begins. @returns what happened to the file meanwhile, in words; null where it only grew. @throws BadInput */
  open(nowMs: number): string | null {
    this.file = GrowingFile.open(this.path, SCID);
    if (this.file === null) return null;
    let change: string | null = null;
    if (this.place === null) this.cursor.restart(this.offsetSince(this.sinceUs));
    else if (!this.file.holds(this.place)) {
      change = `${this.path} was written anew: what it has up to the last trade that was followed is not captured again`;
      this.skip = this.lastUs > 0 ? { throughUs: this.lastUs, records: this.recordsAtLast } : null;
      this.cursor.restart(this.offsetSince(this.skip?.throughUs ?? this.sinceUs));
    }
    this.cursor.begin(this.file, nowMs);
    const last = this.file.lastRecord();
    this.newestUs = last === null ? null : unixUsAt(last, 0);
    this.mark();
    return change;
  }

  close(): void {
    if (this.file === null) return;
    this.mark();
    this.file.close();
    this.file = null;
  }

  get isThere(): boolean {
    return this.file !== null;
  }

  /** Time of the next record, never before those that were taken; null where there is none. */
  headUs(): number | null {
    if (this.file === null || !this.cursor.has()) return null;
    const us = unixUsAt(this.cursor.bytes, this.cursor.at);
    return us > this.lastUs ? us : Math.max(this.lastUs, this.sinceUs);
  }

  seenAtMs(nowMs: number): number {
    return this.cursor.nextSeenAtMs(nowMs);
  }

  /** The record that `headUs` told of. @returns null where it was followed before, or is no trade */
  take(): TakenTrade | null {
    const { tick } = this;
    const { bytes, at } = this.cursor;
    const us = unixUsAt(bytes, at);
    readTick(bytes, at, tick);
    const place = this.cursor.offset;
    this.cursor.take();
    if (this.isSkipped(us)) return null;
    const priceTicks = this.reading.ticks.ticksOf(pointsOf(tick.price, this.reading.priceScale));
    const fault = this.faultOf(us, priceTicks);
    if (fault !== null)
      return {
        us: this.lastUs,
        fault: `byte ${place} of ${this.path} ${fault}`,
        priceTicks: 0,
        size: 0,
        aggressor: Side.none,
      };
    if (us > this.lastUs) this.recordsAtLast = 0;
    if (us >= this.lastUs) {
      this.lastUs = us;
      this.recordsAtLast++;
    }
    // A record without volume tells of the quote only.
    if (tick.volume === 0) return null;
    return { us, fault: null, priceTicks, size: tick.volume, aggressor: aggressorOf(tick) };
  }

  state(): TradeFileState | null {
    if (this.place === null) return null;
    const { recordsAtLast, skip } = this;
    this.mark();
    return { ...this.place, lastUs: this.lastUs, recordsAtLast, skip };
  }

  private mark(): void {
    if (this.file !== null && this.place?.offset !== this.cursor.offset)
      this.place = this.file.placeAt(this.cursor.offset);
  }

  private isSkipped(us: number): boolean {
    if (this.skip === null) return false;
    const { throughUs, records } = this.skip;
    if (us < throughUs) return true;
    if (us === throughUs && records > 0) {
      this.skip = { throughUs, records: records - 1 };
      return true;
    }
    this.skip = null;
    return false;
  }

  private faultOf(us: number, priceTicks: number): string | null {
    if (!this.reading.isDatable(us / 1000)) return 'has a time outside the trading calendar';
    const fault = tickFault(this.tick);
    if (fault !== null) return fault;
    return Number.isNaN(priceTicks) && this.tick.volume > 0 ? notATick(this.tick.price, this.reading) : null;
  }

  /** Of the first record at or after a time: records follow each other in time. */
  private offsetSince(us: number): number {
    const file = this.file!;
    let [low, high] = [0, file.records];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (unixUsAt(file.recordAt(middle), 0) >= us) high = middle;
      else low = middle + 1;
    }
    return file.startOffset + low * SCID.recordBytes;
  }
}

export function notATick(price: number, { priceScale, ticks }: PriceReading): string {
  const scaled = priceScale === 1 ? '' : ` x ${priceScale}`;
  return `has the price ${price}${scaled}, no whole number of ticks of ${ticks.tickSize}: look at sierra.priceScale`;
}
