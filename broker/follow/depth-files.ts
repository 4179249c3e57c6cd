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
import { DEPTH, unixUsAt } from '../../shared/market/sierra/sierra-file.js';
import { DepthFolder } from './depth-folder.js';
import { addFaults, type Faults, oneFault } from './faults.js';
import type { DepthFilesState } from './follow-state.js';
import { type FilePlace, GrowingFile } from './growing-file.js';
import { RecordCursor } from './record-cursor.js';
import { datableUsAt, newestUsOf } from './record-times.js';
import { type LookTimes, notATick, type PriceReading, ticksOfFilePrices } from './trade-file.js';

/** One change of the book: all records up to the end of their batch. */
export interface TakenChange {
  readonly us: number;
  /** The others of the batch were applied. */
  readonly faults: Faults | null;
  /** It was followed before, or lies before what is to be followed: only the book is brought up to it. */
  readonly isSilent: boolean;
}

/** More records than any snapshot has: whatever follows is taken for a batch of its own. */
const BATCH_RECORDS_MAX = 200_000;

/** Records up to the end of a batch, and the newest time among them: NaN where none can be. */
interface Batch {
  records: number;
  us: number;
}

/** The depth of a symbol: one file a UTC date, one after the other. Prices of the book are ticks. */
export class DepthFiles {
  readonly book = new PriceBook();
  lastUs = 0;
  newestUs: number | null = null;
  private date: string | null = null;
  /** Dates of which there is a file, too, after that which is followed: listed before its end was seen. */
  private later: string[] = [];
  private file: GrowingFile | null = null;
  private place: FilePlace | null = null;
  private snapshotOffset: number = DEPTH.headerBytes;
  /** The file was written anew: up to this time it was followed before. */
  private throughUs: number | null = null;
  private mustRebuild: boolean;
  private grown = { endOffset: 0, atMs: 0 };
  private successor = { date: '', atMs: 0 };
  private readonly folder: DepthFolder;
  private readonly cursor: RecordCursor;
  private readonly record = emptyDepthRecord();
  private readonly ticksOf: (price: number) => number;
  /** The next batch as far as it was looked at. */
  private looked: Batch = { records: 0, us: Number.NaN };
  private isWhole = false;
  /** In this look: the file has no more, and that of the next date has not had its time. */
  private isEndSeen = false;

  /** @param dataFolder Sierra Chart's data folder */
  constructor(
    dataFolder: string,
    symbol: string,
    private readonly reading: PriceReading,
    private readonly sinceUs: number,
    state: DepthFilesState | null,
  ) {
    this.folder = new DepthFolder(dataFolder, symbol);
    this.ticksOf = ticksOfFilePrices(reading);
    this.mustRebuild = state !== null;
    this.cursor = new RecordCursor(DEPTH, state?.offset ?? DEPTH.headerBytes);
    if (state === null) return;
    const { date, offset, mark, lastUs, snapshotOffset, throughUs } = state;
    Object.assign(this, { date, lastUs, snapshotOffset, throughUs, place: { offset, mark } });
  }

  /** A look begins. @returns what happened to the file meanwhile, in words; null where it only grew. @throws BadInput */
  open({ nowMs }: LookTimes): string | null {
    const dates = this.folder.dates();
    this.date ??= dates.findLast((date) => date <= dateOf(this.sinceUs)) ?? dates[0] ?? null;
    this.later = dates.filter((date) => this.date !== null && date > this.date);
    let change: string | null = null;
    if (this.date !== null && this.later.length > 0 && this.folder.fileOf(this.date) === undefined) {
      change = `the depth file of ${this.date} is gone: on with that of ${this.later[0]}`;
      this.beginDate(this.later.shift()!);
    }
    const path = this.date === null ? undefined : this.folder.fileOf(this.date);
    this.file = path === undefined ? null : GrowingFile.open(path, DEPTH);
    this.forgetBatch();
    this.isEndSeen = false;
    if (this.file === null) return change;
    this.cursor.begin(this.file, nowMs);
    if (this.place !== null && this.cursor.place().mark !== this.place.mark) {
      change = `${this.file.path} was written anew: what was followed of it is not captured again`;
      this.beginAnew(nowMs);
    }
    if (this.mustRebuild) this.rebuild();
    if (this.file.endOffset !== this.grown.endOffset) this.grown = { endOffset: this.file.endOffset, atMs: nowMs };
    this.newestUs = newestUsOf(this.file, this.reading.isDatable);
    this.mark();
    return change;
  }

  close(): void {
    if (this.file === null) return;
    this.mark();
    this.file.close();
    this.file = null;
    this.forgetBatch();
  }

  get isThere(): boolean {
    return this.file !== null;
  }

  /** The book is one of before what was followed: nobody may be told of it. */
  get isBehind(): boolean {
    return this.throughUs !== null;
  }

  /** Time of the next whole change; null where none is there yet. */
  headUs(): number | null {
    if (!this.findBatch()) return null;
    const { us } = this.looked;
    return us > this.lastUs ? us : Math.max(this.lastUs, this.sinceUs);
  }

  seenAtMs(nowMs: number): number {
    return this.cursor.nextSeenAtMs(nowMs);
  }

  /** The change that `headUs` told of. */
  take(): TakenChange {
    const { faults, us } = this.applyBatch();
    if (this.throughUs !== null && us >= this.throughUs) this.throughUs = null;
    if (us > this.lastUs) this.lastUs = us;
    return { us: this.lastUs, faults, isSilent: this.isBehind || this.lastUs < this.sinceUs };
  }

  /**
   * At the end of the file of a date that has a successor: on to that, when both have had time to be written.
   * @returns records that were left, as their batch has no end; undefined where it stays
   */
  goOn(times: LookTimes): Faults | null | undefined {
    if (this.file === null || this.later.length === 0 || this.isEndSeen || this.findBatch()) return undefined;
    this.isEndSeen = true;
    const next = this.nextFile();
    if (next === null) return undefined;
    if (!this.isOver(next.file, next.date, times)) {
      next.file.close();
      return undefined;
    }
    const left = this.leftOver();
    this.file.close();
    this.beginDate(next.date);
    this.file = next.file;
    this.later = this.later.filter((date) => date > next.date);
    this.isEndSeen = false;
    this.cursor.begin(next.file, times.nowMs);
    this.grown = { endOffset: next.file.endOffset, atMs: times.nowMs };
    this.newestUs = newestUsOf(next.file, this.reading.isDatable);
    this.mark();
    return left;
  }

  state(): DepthFilesState | null {
    if (this.place === null || this.date === null) return null;
    this.mark();
    const { date, lastUs, snapshotOffset, throughUs } = this;
    return { ...this.place, date, lastUs, snapshotOffset, throughUs };
  }

  /** The file of the next date that has anything. */
  private nextFile(): { date: string; file: GrowingFile } | null {
    for (const date of this.later) {
      const path = this.folder.fileOf(date);
      const file = path === undefined ? null : GrowingFile.open(path, DEPTH);
      if (file !== null && file.records > 0) return { date, file };
      file?.close();
    }
    return null;
  }

  /**
   * The last records of a date may be written after the first of the next: for so long, by either clock, there were none. Half
   * of what trades wait for the book, so that they do not pass it by.
   */
  private isOver(next: GrowingFile, date: string, { nowMs, holdMs }: LookTimes): boolean {
    const waitMs = holdMs / 2;
    if (this.successor.date !== date) this.successor = { date, atMs: nowMs };
    const firstUs = datableUsAt(next.recordAt(0), 0, this.reading.isDatable);
    const reachesUs = (newestUsOf(next, this.reading.isDatable) ?? Number.NaN) - firstUs;
    return reachesUs >= waitMs * 1000 || nowMs - Math.max(this.successor.atMs, this.grown.atMs) >= waitMs;
  }

  private leftOver(): Faults | null {
    const { file, cursor } = this;
    const records = (file!.endOffset - cursor.offset) / DEPTH.recordBytes;
    if (records <= 0) return null;
    return oneFault(`byte ${cursor.offset} of ${file!.path}: ${records} records of a batch that has no end`);
  }

  private beginDate(date: string): void {
    this.book.clear();
    this.cursor.restart(DEPTH.headerBytes);
    this.forgetBatch();
    const anew = { place: null, snapshotOffset: DEPTH.headerBytes, throughUs: null, mustRebuild: false };
    Object.assign(this, { date, ...anew });
  }

  private beginAnew(nowMs: number): void {
    this.throughUs = this.lastUs;
    this.book.clear();
    this.snapshotOffset = this.file!.startOffset;
    this.mustRebuild = false;
    this.cursor.restart(this.file!.startOffset);
    this.cursor.begin(this.file!, nowMs);
  }

  private mark(): void {
    if (this.file !== null && this.place?.offset !== this.cursor.offset) this.place = this.cursor.place();
  }

  /** The book as it was where the follower ended: from its newest snapshot on, without a word to anybody. */
  private rebuild(): void {
    const { offset } = this.cursor;
    this.mustRebuild = false;
    this.cursor.jump(this.snapshotOffset);
    while (this.cursor.offset < offset && this.findBatch()) this.applyBatch();
    this.cursor.jump(offset);
    this.forgetBatch();
  }

  private forgetBatch(): void {
    this.looked = { records: 0, us: Number.NaN };
    this.isWhole = false;
  }

  /** @returns whether a whole batch is there; then `looked` is that */
  private findBatch(): boolean {
    if (this.isWhole) return true;
    if (this.file === null) return false;
    const { cursor, looked } = this;
    while (!this.isWhole && cursor.has(looked.records)) {
      const at = cursor.at + looked.records * DEPTH.recordBytes;
      const us = datableUsAt(cursor.bytes, at, this.reading.isDatable);
      if (!(us <= looked.us) && !Number.isNaN(us)) looked.us = us;
      looked.records++;
      this.isWhole = (cursor.bytes[at + 9]! & END_OF_BATCH) !== 0 || looked.records === BATCH_RECORDS_MAX;
    }
    return this.isWhole;
  }

  /** @returns the newest time of its records, NaN where none can be */
  private applyBatch(): { us: number; faults: Faults | null } {
    const { records, us } = this.looked;
    let faults: Faults | null = null;
    for (let i = 0; i < records; i++) {
      const { bytes, at, offset } = this.cursor;
      const fault = this.apply(bytes, at);
      if (fault !== null) faults = addFaults(faults, oneFault(`byte ${offset} of ${this.file!.path} ${fault}`));
      this.cursor.take();
    }
    this.forgetBatch();
    return { us, faults };
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
    const ticks = this.ticksOf(record.price);
    if (Number.isNaN(ticks)) return notATick(record.price, reading);
    book.setLevel(sideOfCommand(record), ticks, removesLevel(record) ? 0 : record.size, record.orders);
    return null;
  }
}

function dateOf(us: number): string {
  return new Date(Math.max(0, us / 1000)).toISOString().slice(0, 10);
}
