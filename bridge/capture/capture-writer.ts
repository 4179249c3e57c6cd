import { mkdirSync } from 'node:fs';
import type { DepthHeader } from '../../shared/market/events/depth-header.js';
import { formatBreakLine, formatDepthLine, formatTradeLine } from '../../shared/market/events/depth-line.js';
import type { DepthChange } from '../feed/depth-change.js';
import type { ReceiveClock } from './receive-clock.js';
import { recoverSegments } from './segment.js';
import { SegmentFiles, type SegmentLimits } from './segment-files.js';

export interface CaptureOptions {
  readonly folder: string;
  /** Header of every segment; its trade date is set for each. */
  readonly header: DepthHeader;
  readonly clock: ReceiveClock;
  readonly tradeDateOf: (marketMs: number) => string;
  readonly limits: SegmentLimits;
  /** The disk refuses writes (again every time it is tried), or takes them again (null). */
  readonly onTrouble: (error: Error | null) => void;
  /** Lines had to be dropped, and a gap was recorded: readers need a fresh book from here. */
  readonly onGap: () => void;
}

/** A reason may quote a gateway's message; lines stay far shorter than a chunk. */
const REASON_CHARACTERS_MAX = 1000;

/**
 * Writes every market event as one line, in arrival order and with one growing sequence number, before anything else
 * happens to the event. Lines leave for the disk within a millisecond.
 */
export class CaptureWriter {
  private readonly files: SegmentFiles;
  private tradeDate = '';
  /** Trade dates never go back, also where the clock did while nobody ran: the names of files are in the order of their lines. */
  private newestTradeDate: string;
  private tradeDateMinute = -1;
  private seq: number;
  private readonly baseSecond: number;
  private second = -1;
  private secondDigits = '';

  constructor(private readonly options: CaptureOptions) {
    mkdirSync(options.folder, { recursive: true });
    const position = recoverSegments(options.folder, options.header.instrument);
    this.seq = position.lastSeq;
    this.newestTradeDate = [...position.lastNumber.keys()].sort().at(-1) ?? '';
    this.baseSecond = Number(options.clock.baseNs / 1_000_000_000n);
    this.files = new SegmentFiles(options, position.lastNumber, (reason) => {
      this.mark('gap', reason);
      options.onGap();
    });
  }

  /** Sequence number of the last line. */
  get lastSeq(): number {
    return this.seq;
  }

  /** Lines that the disk has not taken yet. */
  get backlogBytes(): number {
    return this.files.backlogBytes;
  }

  /** @returns the event's sequence number */
  depth(atNs: number, { operation, side, position, price, size }: DepthChange): number {
    const seq = this.next(atNs);
    this.files.write(formatDepthLine(this.sinceEpoch(atNs), seq, operation, side, position, price, size, true), seq);
    return seq;
  }

  /** The feed does not say who was the aggressor. @returns the event's sequence number */
  trade(atNs: number, price: number, size: number): number {
    const seq = this.next(atNs);
    this.files.write(formatTradeLine(this.sinceEpoch(atNs), seq, price, size, null), seq);
    return seq;
  }

  /** The book is void from here (reset), or events may be missing here (gap). @returns the line's sequence number */
  mark(kind: 'reset' | 'gap', reason: string, atNs = this.options.clock.stampNs()): number {
    const seq = this.next(atNs);
    this.files.write(formatBreakLine(kind, this.sinceEpoch(atNs), seq, reason.slice(0, REASON_CHARACTERS_MAX)), seq);
    return seq;
  }

  /** The operations from here on address a book of this many levels: the header of their segment says so. */
  startLevels(levels: number): void {
    this.files.startSegment({ levels });
  }

  /** Everything written so far is on disk and the segment has its final name. */
  async close(): Promise<void> {
    await this.files.close();
  }

  private next(atNs: number): number {
    const minute = Math.floor(atNs / 60e9);
    if (minute !== this.tradeDateMinute) {
      this.tradeDateMinute = minute;
      const tradeDate = this.options.tradeDateOf(this.options.clock.marketMsOf(atNs));
      if (tradeDate > this.newestTradeDate) this.newestTradeDate = tradeDate;
      if (this.newestTradeDate !== this.tradeDate) {
        this.tradeDate = this.newestTradeDate;
        this.files.startSegment({ tradeDate: this.tradeDate });
      }
    }
    return ++this.seq;
  }

  /** The seconds' digits are kept: they change once a second, not once an event. */
  private sinceEpoch(atNs: number): string {
    const second = Math.floor(atNs / 1e9);
    if (second !== this.second) {
      this.second = second;
      this.secondDigits = String(this.baseSecond + second);
    }
    return this.secondDigits + String(atNs - second * 1e9).padStart(9, '0');
  }
}
