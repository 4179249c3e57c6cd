import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { PriceBook } from '../../shared/market/book/price-book.js';
import {
  changesLevel,
  DepthCommand,
  depthFault,
  END_OF_BATCH,
  emptyDepthRecord,
  readDepthRecord,
  removesLevel,
  sideOfCommand,
} from '../../shared/market/sierra/depth-record.js';
import { DEPTH, pointsOf, unixUsAt } from '../../shared/market/sierra/sierra-file.js';
import type { DepthFilesState } from './follow-state.js';
import { GrowingFile } from './growing-file.js';
import { RecordCursor } from './record-cursor.js';
import { notATick, type PriceReading } from './trade-file.js';

/** One change of the book: all records up to the end of their batch. */
export interface TakenChange {
  readonly us: number;
  /** Records that were none, in words; the others of the batch were applied. */
  readonly faults: readonly string[];
  /** It was followed before, or lies before what is to be followed: only the book is brought up to it. */
  readonly isSilent: boolean;
}

/** More records than any snapshot has: whatever follows is taken for a batch of its own. */
const BATCH_RECORDS_MAX = 200_000;
const FOLDER = 'MarketDepthData';

/** The depth of a symbol: one file a UTC date, one after the other. Prices of the book are ticks. */
export class DepthFiles {
  readonly book = new PriceBook();
  lastUs = 0;
  newestUs: number | null = null;
  private date: string | null = null;
  private nextDate: string | null = null;
  private file: GrowingFile | null = null;
  private place: Pick<DepthFilesState, 'offset' | 'mark'> | null = null;
  private snapshotOffset: number = DEPTH.headerBytes;
  private skip: DepthFilesState['skip'] = null;
  private mustRebuild: boolean;
  private readonly cursor: RecordCursor;
  private readonly record = emptyDepthRecord();
  /** Records of the next batch that were looked at, and none was its end. */
  private looked = 0;

  /** @param folder Sierra Chart's data folder */
  constructor(
    private readonly folder: string,
    private readonly symbol: string,
    private readonly reading: PriceReading,
    private readonly sinceUs: number,
    state: DepthFilesState | null,
  ) {
    this.mustRebuild = state !== null;
    this.cursor = new RecordCursor(DEPTH, state?.offset ?? DEPTH.headerBytes);
    if (state === null) return;
    const { date, offset, mark, lastUs, snapshotOffset, skip } = state;
    Object.assign(this, { date, lastUs, snapshotOffset, skip, place: { offset, mark } });
  }

  /** A look begins. @returns what happened to the file meanwhile, in words; null where it only grew. @throws BadInput */
  open(nowMs: number): string | null {
    const dates = this.dates();
    this.date ??= dates.findLast((date) => date <= dateOf(this.sinceUs)) ?? dates[0] ?? null;
    this.nextDate = dates.find((date) => this.date !== null && date > this.date) ?? null;
    let change: string | null = null;
    if (this.date !== null && this.nextDate !== null && this.fileOf(this.date) === undefined) {
      change = `the depth file of ${this.date} is gone: on with that of ${this.nextDate}`;
      this.beginDate(this.nextDate);
    }
    const path = this.date === null ? undefined : this.fileOf(this.date);
    this.file = path === undefined ? null : GrowingFile.open(path, DEPTH);
    if (this.file === null) return change;
    if (this.place !== null && !this.file.holds(this.place)) {
      change = `${this.file.path} was written anew: what it has up to the last change that was followed is not captured again`;
      this.skip = { throughUs: this.lastUs, records: 0 };
      this.book.clear();
      this.snapshotOffset = this.file.startOffset;
      this.mustRebuild = false;
      this.cursor.restart(this.file.startOffset);
    }
    this.looked = 0;
    if (this.mustRebuild) this.rebuild(nowMs);
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

  /** Time of the next whole change; null where none is there yet. */
  headUs(): number | null {
    const records = this.batchRecords();
    if (records === 0) return null;
    const us = unixUsAt(this.cursor.bytes, this.cursor.at + (records - 1) * DEPTH.recordBytes);
    return us > this.lastUs ? us : Math.max(this.lastUs, this.sinceUs);
  }

  seenAtMs(nowMs: number): number {
    return this.cursor.nextSeenAtMs(nowMs);
  }

  /** The change that `headUs` told of. */
  take(): TakenChange {
    const { isSilent, faults, us } = this.applyBatch();
    if (us > this.lastUs) this.lastUs = us;
    return { us: this.lastUs, faults, isSilent };
  }

  /**
   * At the end of the file of a date that has a successor: on to that. It was listed before the end was seen, so that is
   * all that the file will ever have. @returns false where there is no successor
   */
  goOn(nowMs: number): boolean {
    if (this.file === null || this.nextDate === null || this.batchRecords() > 0) return false;
    const next = GrowingFile.open(this.fileOf(this.nextDate)!, DEPTH);
    if (next === null || next.records === 0) {
      next?.close();
      return false;
    }
    this.file.close();
    this.file = next;
    this.beginDate(this.nextDate);
    this.nextDate = null;
    this.cursor.begin(next, nowMs);
    this.newestUs = unixUsAt(next.lastRecord()!, 0);
    this.mark();
    return true;
  }

  state(): DepthFilesState | null {
    if (this.place === null || this.date === null) return null;
    const { date, snapshotOffset, skip } = this;
    this.mark();
    return { ...this.place, date, lastUs: this.lastUs, snapshotOffset, skip };
  }

  private beginDate(date: string): void {
    this.book.clear();
    this.cursor.restart(DEPTH.headerBytes);
    Object.assign(this, { date, place: null, snapshotOffset: DEPTH.headerBytes, looked: 0, mustRebuild: false });
  }

  private mark(): void {
    if (this.file !== null && this.place?.offset !== this.cursor.offset)
      this.place = this.file.placeAt(this.cursor.offset);
  }

  /** The book as it was where the follower ended: from its newest snapshot on, without a word to anybody. */
  private rebuild(nowMs: number): void {
    const { offset } = this.cursor;
    const { lastUs, skip } = this;
    this.cursor.restart(this.snapshotOffset);
    this.cursor.begin(this.file!, nowMs);
    while (this.cursor.offset < offset && this.batchRecords() > 0) this.applyBatch();
    this.cursor.restart(offset);
    Object.assign(this, { lastUs, skip, mustRebuild: false, looked: 0 });
  }

  /** Records up to the end of the next batch; 0 where that is not there yet. */
  private batchRecords(): number {
    if (this.file === null) return 0;
    const { cursor } = this;
    for (let ahead = this.looked; ahead < BATCH_RECORDS_MAX; ahead++) {
      if (!cursor.has(ahead)) {
        this.looked = ahead;
        return 0;
      }
      if ((cursor.bytes[cursor.at + ahead * DEPTH.recordBytes + 9]! & END_OF_BATCH) !== 0) return ahead + 1;
    }
    return BATCH_RECORDS_MAX;
  }

  private applyBatch(): TakenChange {
    const records = this.batchRecords();
    const faults: string[] = [];
    let us = this.lastUs;
    for (let i = 0; i < records; i++) {
      const { bytes, at, offset } = this.cursor;
      const fault = this.apply(bytes, at);
      if (fault === null) us = Math.max(us, unixUsAt(bytes, at));
      else faults.push(`byte ${offset} of ${this.file!.path} ${fault}`);
      this.cursor.take();
    }
    this.looked = 0;
    const wasFollowed = this.skip !== null && us <= this.skip.throughUs;
    if (!wasFollowed) this.skip = null;
    return { us, faults, isSilent: wasFollowed || us < this.sinceUs };
  }

  /** @returns why the record is none; null where it was applied */
  private apply(bytes: Buffer, at: number): string | null {
    const { record, reading, book } = this;
    readDepthRecord(bytes, at, record);
    if (!reading.isDatable(unixUsAt(bytes, at) / 1000)) return 'has a time outside the trading calendar';
    const fault = depthFault(record);
    if (fault !== null) return fault;
    if (record.command === DepthCommand.clear) {
      book.clear();
      this.snapshotOffset = this.cursor.offset;
    }
    if (!changesLevel(record)) return null;
    const ticks = reading.ticks.ticksOf(pointsOf(record.price, reading.priceScale));
    if (Number.isNaN(ticks)) return notATick(record.price, reading);
    book.setLevel(sideOfCommand(record), ticks, removesLevel(record) ? 0 : record.size, record.orders);
    return null;
  }

  /** UTC dates of which there is a file, in order. */
  private dates(): string[] {
    const found = this.folders().flatMap((folder) =>
      readdirSync(folder).flatMap((name) => {
        const rest = name.startsWith(`${this.symbol}.`) ? name.slice(this.symbol.length + 1) : '';
        return /^\d{4}-\d\d-\d\d\.depth$/.test(rest) ? [rest.slice(0, 10)] : [];
      }),
    );
    return [...new Set(found)].sort();
  }

  private fileOf(date: string): string | undefined {
    return this.folders()
      .map((folder) => path.join(folder, `${this.symbol}.${date}.depth`))
      .find((file) => existsSync(file));
  }

  private folders(): string[] {
    return [path.join(this.folder, FOLDER), this.folder].filter((folder) => existsSync(folder));
  }
}

function dateOf(us: number): string {
  return new Date(Math.max(0, us / 1000)).toISOString().slice(0, 10);
}
