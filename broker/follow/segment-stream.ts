import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';
import { OPEN_SUFFIX, segmentFile } from '../../shared/contract/capture-file.js';
import { Failure } from '../../shared/failure.js';
import type { ShownChange } from '../../shared/market/book/shown-levels.js';
import type { DepthHeader } from '../../shared/market/events/depth-header.js';
import {
  type Aggressor,
  formatBreakLine,
  formatDepthLine,
  formatHeaderLine,
  formatTradeLine,
} from '../../shared/market/events/depth-line.js';
import type { Side } from '../../shared/market/events/event-batch.js';
import type { TickScale } from '../../shared/market/events/tick-scale.js';
import { makeFolder } from '../../shared/node/disk/make-folder.js';
import { renameWithRetry, syncFolder } from '../../shared/node/disk/replace-file.js';
import type { OutState } from './follow-state.js';

export interface SegmentStreamOptions {
  readonly folder: string;
  readonly header: DepthHeader;
  readonly ticks: TickScale;
  readonly sizeBytesMax: number;
  /** Wall ms after which a segment is closed, whatever its size. */
  readonly ageMsMax: number;
}

type Written = Omit<OutState, 'shown'>;
const SOURCE = 'sierra';
const REASON_CHARACTERS_MAX = 1000;
const BUFFERED_LINES_MAX = 4096;

export const NOTHING_WRITTEN: Written = { seq: 0, lastUs: 0, tradeDate: '', number: 0, bytes: 0, isOpen: false };

/**
 * The lines of what is followed, in segments like the bridge's. What it says of itself (`written`) is saved with the places in
 * the files that were followed: a new process cuts what was written behind that, and writes the same lines again.
 */
export class SegmentStream {
  /** As it is saved. Kept in place: there are millions of lines. */
  private readonly written: { -readonly [K in keyof Written]: Written[K] };
  private descriptor: number | null = null;
  private lines: string[] = [];
  private openedAtMs = 0;

  /** @throws Failure SegmentLost */
  constructor(
    private readonly options: SegmentStreamOptions,
    saved: Written | null,
    nowMs: number,
  ) {
    makeFolder(options.folder);
    this.written = { ...(saved ?? NOTHING_WRITTEN) };
    if (this.written.number > 0) this.recover(nowMs);
  }

  get isOpen(): boolean {
    return this.written.isOpen;
  }

  /** Time of the last line, microseconds since the epoch. */
  get lastUs(): number {
    return this.written.lastUs;
  }

  get tradeDate(): string {
    return this.written.tradeDate;
  }

  state(): Written {
    return { ...this.written };
  }

  /** Whether an event of this trade date, now, begins a segment of its own; what was written must be saved before. */
  mustRoll(tradeDate: string, nowMs: number): boolean {
    const { isOpen, bytes } = this.written;
    const { sizeBytesMax, ageMsMax } = this.options;
    return (
      isOpen && (tradeDate > this.written.tradeDate || bytes >= sizeBytesMax || nowMs - this.openedAtMs >= ageMsMax)
    );
  }

  /** Events from here on belong to a trade date; dates never go back. */
  begin(tradeDate: string, nowMs: number): void {
    if (this.written.isOpen) return;
    const isSame = tradeDate <= this.written.tradeDate;
    let number = isSame ? this.written.number + 1 : 1;
    const date = isSame ? this.written.tradeDate : tradeDate;
    // Without a state of ours there may be segments of a former one.
    while (existsSync(this.fileOf(date, number))) number++;
    Object.assign(this.written, { tradeDate: date, number, bytes: 0, isOpen: true });
    this.openedAtMs = nowMs;
    this.descriptor = openSync(`${this.fileOf(date, number)}${OPEN_SUFFIX}`, 'w');
    syncFolder(this.options.folder);
    this.add(formatHeaderLine({ ...this.options.header, source: SOURCE, tradeDate: date }));
  }

  depth(us: number, changes: readonly ShownChange[]): void {
    const last = changes.length - 1;
    const ns = this.stamp(us);
    changes.forEach(({ operation, side, position, price, size }, i) => {
      const points = this.options.ticks.priceOf(price);
      this.add(formatDepthLine(ns, this.nextSeq(), operation, side, position, points, size, i === last));
    });
  }

  trade(us: number, priceTicks: number, size: number, aggressor: Side): void {
    const points = this.options.ticks.priceOf(priceTicks);
    this.add(formatTradeLine(this.stamp(us), this.nextSeq(), points, size, AGGRESSORS[aggressor]!));
  }

  mark(kind: 'reset' | 'gap', us: number, reason: string): void {
    this.add(formatBreakLine(kind, this.stamp(us), this.nextSeq(), reason.slice(0, REASON_CHARACTERS_MAX)));
  }

  /** All lines are on the disk afterwards. */
  flush(): void {
    this.write();
    if (this.descriptor !== null) fsyncSync(this.descriptor);
  }

  /** The segment is whole: `save` is called when it will not change any more, and before it has its final name. */
  close(save: () => void): void {
    if (!this.written.isOpen) return;
    this.flush();
    this.abandon();
    this.written.isOpen = false;
    save();
    this.name();
  }

  /** Leaves the file as it is. */
  abandon(): void {
    if (this.descriptor !== null) closeSync(this.descriptor);
    this.descriptor = null;
  }

  private name(): void {
    const file = this.fileOf(this.written.tradeDate, this.written.number);
    renameWithRetry(`${file}${OPEN_SUFFIX}`, file);
    syncFolder(this.options.folder);
  }

  private recover(nowMs: number): void {
    const { tradeDate, number, bytes, isOpen } = this.written;
    const file = `${this.fileOf(tradeDate, number)}${OPEN_SUFFIX}`;
    if (!isOpen) {
      if (existsSync(file) && statSync(file).size === bytes) this.name();
      return;
    }
    if (!existsSync(file) || statSync(file).size < bytes) throw segmentLost(file, bytes);
    this.descriptor = openSync(file, 'r+');
    if (fstatSync(this.descriptor).size > bytes) ftruncateSync(this.descriptor, bytes);
    this.openedAtMs = nowMs;
  }

  private fileOf(tradeDate: string, number: number): string {
    const { instrument } = this.options.header;
    return path.join(this.options.folder, segmentFile({ source: SOURCE, instrument, tradeDate, number }));
  }

  private stamp(us: number): string {
    if (us > this.written.lastUs) this.written.lastUs = us;
    return `${this.written.lastUs}000`;
  }

  private nextSeq(): number {
    return ++this.written.seq;
  }

  private add(line: string): void {
    this.lines.push(line);
    if (this.lines.length >= BUFFERED_LINES_MAX) this.write();
  }

  private write(): void {
    if (this.lines.length === 0 || this.descriptor === null) return;
    const bytes = Buffer.from(this.lines.join(''));
    let done = 0;
    while (done < bytes.length)
      done += writeSync(this.descriptor, bytes, done, bytes.length - done, this.written.bytes + done);
    this.lines = [];
    this.written.bytes += bytes.length;
  }
}

/** By Side. */
const AGGRESSORS: readonly Aggressor[] = ['sell', 'buy', null];

function segmentLost(file: string, bytes: number): Failure {
  return new Failure(
    'SegmentLost',
    `${file} is gone, or has fewer than the ${bytes} bytes that were written to it`,
    'see what removed it; then delete the follow-*.json beside it: following begins anew at the present trade date, in a segment of its own',
    { file, bytes },
  );
}
