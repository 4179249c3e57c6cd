import { existsSync } from 'node:fs';
import path from 'node:path';
import { BadInput } from '../../shared/failure.js';
import { jsonOrUndefined } from '../../shared/fields/json-or-undefined.js';
import { ShownLevels } from '../../shared/market/book/shown-levels.js';
import { FIRST_YEAR, LAST_YEAR, type SessionCalendar } from '../../shared/market/calendar/session-calendar.js';
import type { DepthHeader } from '../../shared/market/events/depth-header.js';
import { tickScaleOf } from '../../shared/market/events/tick-scale.js';
import { makeFolder } from '../../shared/node/disk/make-folder.js';
import { HANDWRITTEN_BYTES_MAX, readInputText } from '../../shared/node/disk/plain-file.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { DepthFiles } from './depth-files.js';
import { addFaults, type Faults, faultsText, oneFault } from './faults.js';
import { type FollowState, followState } from './follow-state.js';
import { clearLeftOvers } from './left-overs.js';
import { SegmentStream } from './segment-stream.js';
import { TradeFile } from './trade-file.js';

export interface FollowedSymbol {
  /** As Sierra Chart names the files: `<symbol>.scid`. */
  readonly symbol: string;
  /** Sierra Chart's data folder. */
  readonly dataFolder: string;
  /** What one unit of price in the files is worth, in points. */
  readonly priceScale: number;
  readonly header: DepthHeader;
}

export interface FollowOptions extends FollowedSymbol {
  /** Where segments and state are written. */
  readonly folder: string;
  readonly calendar: Pick<SessionCalendar, 'tradeDateOf'>;
  /** Where nothing was followed before: events from here on, microseconds since the epoch. */
  readonly sinceUs: number;
  /** How long an event waits for earlier ones of the other file. */
  readonly holdMs: number;
  readonly sizeBytesMax: number;
  readonly ageMsMax: number;
  /** Market time now: what claims to be long after it is damaged, and would hold up all that follows. */
  readonly marketMs: () => number;
}

/** What a look found. */
export interface Look {
  readonly trades: number;
  readonly changes: number;
  readonly faults: number;
  /** All that is there was followed, up to an event of a later trade date. */
  readonly isPast: (tradeDate: string) => boolean;
  readonly missing: readonly string[];
  /** Time of the last event in a segment, microseconds since the epoch; 0 before the first. */
  readonly lastUs: number;
}

/** Events between two times at which what was followed is made durable. */
const COMMIT_EVENTS = 100_000;

/**
 * Follows the trades and the depth of one symbol, as Sierra Chart writes them, into segments of the project's form. Both
 * files become one stream in the order of their times: an event waits until the other file has reached its time, or for
 * `holdMs`. Segments and places are saved together, so that a new process goes on at the very record.
 */
export class SymbolFollower {
  private readonly trades: TradeFile;
  private readonly depth: DepthFiles;
  private readonly out: SegmentStream;
  private readonly shown: ShownLevels;
  /** The next line must tell that the book is void. */
  private opening: string | null;
  private faults: Faults | null = null;
  private unsaved = 0;
  /** What is said to be later, at this look, is damaged. */
  private datableToMs = 0;
  private dated = { minute: Number.NaN, tradeDate: '' };
  private counted = { trades: 0, changes: 0, faults: 0 };

  /** @throws BadInput where the state is damaged; Failure SegmentLost */
  constructor(
    private readonly options: FollowOptions,
    private readonly nowMs: () => number,
  ) {
    const state = readState(stateFile(options));
    const ticks = tickScaleOf(options.header.tickSize);
    const reading = { priceScale: options.priceScale, ticks, isDatable: (ms: number) => this.isDatable(ms) };
    const { dataFolder, symbol, sinceUs } = options;
    this.trades = new TradeFile(path.join(dataFolder, `${symbol}.scid`), reading, sinceUs, state?.trades ?? null);
    this.depth = new DepthFiles(dataFolder, symbol, reading, sinceUs, state?.depth ?? null);
    this.shown = new ShownLevels(options.header.levels);
    if (state) this.shown.restore(state.out.shown);
    this.faults = state?.faults ?? null;
    this.opening = state ? state.opening : 'following begins';
    makeFolder(options.folder);
    clearLeftOvers(options.folder, options.header.instrument, state === null ? null : state.out);
    this.out = new SegmentStream({ ...options, ticks }, state ? writtenOf(state) : null, nowMs());
  }

  /** Takes all that may be taken now. @param turn lets others have theirs, from time to time @throws BadInput, the system error */
  async look(turn: () => Promise<void>): Promise<Look> {
    this.counted = { trades: 0, changes: 0, faults: 0 };
    const nowMs = this.nowMs();
    this.datableToMs = Math.min(DATABLE_TO_MS, this.options.marketMs() + AHEAD_MS_MAX);
    try {
      for (const file of [this.trades, this.depth]) {
        const change = file.open(this.timesAt(nowMs));
        // A file is another one: events may be missing, and the reader must know.
        if (change !== null) this.note(oneFault(change));
      }
      while (this.step(nowMs)) if (this.unsaved >= COMMIT_EVENTS) await this.commitThen(turn);
      this.commit();
      const [tradeUs, depthUs] = [this.trades.headUs(), this.depth.headUs()];
      const missing = [this.trades.isThere ? [] : [this.trades.path], this.depth.isThere ? [] : ['depth']].flat();
      const isPast = (tradeDate: string) =>
        [tradeUs, depthUs].every(
          (us) => us === null || (this.isDatable(us / 1000) && this.tradeDateAt(us) > tradeDate),
        );
      return { ...this.counted, isPast, missing, lastUs: this.out.lastUs };
    } finally {
      this.trades.close();
      this.depth.close();
    }
  }

  /** Nothing of this trade date will come any more. */
  closeDate(tradeDate: string): void {
    if (this.out.isOpen && this.out.tradeDate <= tradeDate) this.out.close(() => this.save());
  }

  /** Leaves everything as it is: another follower goes on. */
  abandon(): void {
    this.out.abandon();
  }

  /** @returns whether there was anything to take */
  private step(nowMs: number): boolean {
    const [tradeUs, depthUs] = [this.trades.headUs(), this.depth.headUs()];
    // Before trades may go on without the book: it may be in the next file.
    if (depthUs === null && this.goOn(nowMs)) return true;
    const isTrade = tradeUs !== null && (depthUs === null || tradeUs <= depthUs);
    // Of the same time the trade comes first, as the exchange tells it.
    if (isTrade && (depthUs !== null || this.depth.lastUs >= tradeUs || this.isHeld(this.trades, tradeUs, nowMs))) {
      this.takeTrade(tradeUs, nowMs);
      return true;
    }
    if (!isTrade && depthUs !== null) {
      const isReached = tradeUs !== null || this.trades.lastUs > depthUs;
      if (!isReached && !this.isHeld(this.depth, depthUs, nowMs)) return false;
      this.takeChange(depthUs, nowMs);
      return true;
    }
    return false;
  }

  private goOn(nowMs: number): boolean {
    const left = this.depth.goOn(this.timesAt(nowMs));
    if (left === undefined) return false;
    this.note(left);
    this.unsaved++;
    return true;
  }

  private timesAt(nowMs: number) {
    return { nowMs, holdMs: this.options.holdMs };
  }

  /** It has waited long enough, by this machine's time or by that of its own file. */
  private isHeld(file: TradeFile | DepthFiles, us: number, nowMs: number): boolean {
    const { holdMs } = this.options;
    return (file.newestUs ?? us) - us >= holdMs * 1000 || nowMs - file.seenAtMs(nowMs) >= holdMs;
  }

  private takeTrade(us: number, nowMs: number): void {
    const fault = this.trades.fault();
    this.unsaved++;
    // What is no trade ends no segment.
    if (fault === null || !this.out.isOpen) this.beginAt(us, nowMs);
    if (fault !== null) {
      this.note(oneFault(this.trades.passOver(fault)));
      return;
    }
    const taken = this.trades.take();
    if (taken === null) return;
    this.settle(taken.us);
    this.out.trade(taken.us, taken.priceTicks, taken.size, taken.aggressor);
    this.counted.trades++;
  }

  private takeChange(us: number, nowMs: number): void {
    this.beginAt(us, nowMs);
    const { us: atUs, faults, isSilent } = this.depth.take();
    this.unsaved++;
    if (isSilent) return;
    this.note(faults);
    this.settle(atUs);
    const changes = this.shown.follow(this.depth.book);
    if (changes.length === 0) return;
    this.out.depth(atUs, changes);
    this.counted.changes += changes.length;
  }

  /** What is there of one segment is saved before the first event of the next is taken. */
  private beginAt(us: number, nowMs: number): void {
    if (us < this.options.sinceUs || !this.isDatable(us / 1000)) return;
    const tradeDate = this.tradeDateAt(us);
    if (this.out.mustRoll(tradeDate, nowMs)) {
      this.settle(this.out.lastUs);
      this.out.close(() => this.save());
    }
    // Whoever reads one trade date alone knows no book from before.
    if (!this.out.isOpen && tradeDate > this.out.tradeDate) this.opening ??= 'a new trade date';
    this.out.begin(tradeDate, nowMs);
  }

  /** Lines that must come before the next event: why the book is void, and what it is now. */
  private settle(us: number): void {
    const { faults, opening } = this;
    if (faults === null && opening === null) return;
    if (!this.out.isOpen) return;
    this.faults = null;
    this.opening = null;
    if (faults !== null) this.out.mark('gap', us, faultsText(faults));
    this.out.mark('reset', us, opening ?? 'the book anew');
    this.shown.clear();
    if (this.depth.isBehind) return;
    const changes = this.shown.follow(this.depth.book);
    if (changes.length > 0) this.out.depth(us, changes);
  }

  private note(faults: Faults | null): void {
    if (faults !== null) this.unsaved++;
    this.counted.faults += faults?.count ?? 0;
    this.faults = addFaults(this.faults, faults);
  }

  private async commitThen(turn: () => Promise<void>): Promise<void> {
    this.commit();
    await turn();
  }

  private commit(): void {
    this.settle(this.out.lastUs);
    if (this.unsaved === 0) return;
    this.out.flush();
    this.save();
    this.unsaved = 0;
  }

  private save(): void {
    const { symbol, header } = this.options;
    const state: FollowState = {
      ...{ v: 1, symbol, instrument: header.instrument, faults: this.faults, opening: this.opening },
      out: { ...this.out.state(), shown: this.shown.levels() },
      trades: this.trades.state(),
      depth: this.depth.state(),
    };
    replaceFile(stateFile(this.options), `${JSON.stringify(followState.parse(state))}\n`);
  }

  /** Sessions begin and end with a minute: it is asked once for all events of one. */
  private tradeDateAt(us: number): string {
    const minute = Math.floor(us / MINUTE_US);
    if (this.dated.minute !== minute)
      this.dated = { minute, tradeDate: this.options.calendar.tradeDateOf(Math.floor(us / 1000)) };
    return this.dated.tradeDate;
  }

  private isDatable(ms: number): boolean {
    return ms >= DATABLE_FROM_MS && ms < this.datableToMs;
  }
}

/** What every calendar knows: from the first week of theirs to the last. */
const DATABLE_FROM_MS = Date.UTC(FIRST_YEAR, 0, 4);
const DATABLE_TO_MS = Date.UTC(LAST_YEAR, 11, 30);
const AHEAD_MS_MAX = 3_600_000;
const MINUTE_US = 60_000_000;

function stateFile({ folder, header }: Pick<FollowOptions, 'folder' | 'header'>): string {
  return path.join(folder, `follow-${header.instrument}.json`);
}

/** @throws BadInput */
function readState(file: string): FollowState | null {
  if (!existsSync(file)) return null;
  const state = followState.safeParse(jsonOrUndefined(readInputText(file, HANDWRITTEN_BYTES_MAX)));
  if (state.success) return state.data;
  throw new BadInput(
    file,
    undefined,
    'is no state of a follower',
    'restore it; or delete it, and following begins anew at the present trade date, in a segment of its own',
  );
}

function writtenOf({ out: { shown: _, ...written } }: FollowState) {
  return written;
}
