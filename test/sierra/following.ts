import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type GrownSample, PRICE_SCALE, recordsOf, TICK_SIZE } from '../../bench/sierra/grown-samples.js';
import { followOnce } from '../../broker/follow/follow-once.js';
import { type FollowOptions, SymbolFollower } from '../../broker/follow/symbol-follower.js';
import { parseSegmentFile } from '../../shared/contract/capture-file.js';
import { calendarOf } from '../../shared/market/calendar/product-calendars.js';
import { eventsIn, gapReasonsIn, type SegmentEvents } from './segment-events.js';

export const SYMBOL = 'ESU5_FUT_CME';
export const INSTRUMENT = 'ESU5';
const MINUTE_MS = 60_000;

/** A data folder of Sierra Chart, and where it is followed into. */
export class FollowRig {
  readonly dataFolder: string;
  readonly folder: string;

  constructor(
    root: string,
    readonly sinceUs = 0,
  ) {
    this.dataFolder = path.join(root, 'Data');
    this.folder = path.join(root, 'sierra');
    mkdirSync(path.join(this.dataFolder, 'MarketDepthData'), { recursive: true });
  }

  get scid(): string {
    return path.join(this.dataFolder, `${SYMBOL}.scid`);
  }

  depth(date: string): string {
    return path.join(this.dataFolder, 'MarketDepthData', `${SYMBOL}.${date}.depth`);
  }

  options(changes: Partial<FollowOptions> = {}): FollowOptions {
    return {
      ...{ symbol: SYMBOL, dataFolder: this.dataFolder, priceScale: PRICE_SCALE, folder: this.folder },
      header: {
        ...{ kind: 'header', v: 1, source: 'sierra', instrument: INSTRUMENT, exchange: 'CME' },
        ...{ tickSize: TICK_SIZE, multiplier: 50, levels: 10 },
      },
      ...{ calendar: calendarOf('ES'), sinceUs: this.sinceUs, holdMs: 3000, marketMs: () => Date.UTC(2026, 0, 1) },
      ...{ sizeBytesMax: 2 ** 20, ageMsMax: 60 * MINUTE_MS },
      ...changes,
    };
  }

  follower(changes: Partial<FollowOptions> = {}, nowMs: () => number = Date.now): SymbolFollower {
    return new SymbolFollower(this.options(changes), nowMs);
  }

  /** Lines of all closed segments but for their headers, each with its segment's trade date, in order. */
  lines(): string[] {
    return this.segments().flatMap((name) => {
      const { tradeDate } = parseSegmentFile(name, 'sierra')!;
      return linesOf(path.join(this.folder, name)).map((line) => `${tradeDate} ${line}`);
    });
  }

  /** Closed segments, where they lie. */
  files(): string[] {
    return this.segments().map((name) => path.join(this.folder, name));
  }

  /** Ends a follower, follows what is there to its end, and says what the segments hold. */
  async endOf(follower: SymbolFollower | null = null, changes: Partial<FollowOptions> = {}): Promise<SegmentEvents> {
    follower?.abandon();
    await followOnce(this.options(changes));
    return await eventsIn(this.files());
  }

  gapReasons(): string[] {
    return gapReasonsIn(this.files());
  }

  segments(): string[] {
    const order = (name: string) => {
      const { tradeDate, number } = parseSegmentFile(name, 'sierra')!;
      return `${tradeDate}-${String(number).padStart(9, '0')}`;
    };
    return readdirSync(this.folder)
      .filter((name) => parseSegmentFile(name, 'sierra')?.open === false)
      .sort((a, b) => (order(a) < order(b) ? -1 : 1));
  }
}

function linesOf(file: string): string[] {
  return readFileSync(file, 'utf8').split('\n').slice(1, -1);
}

/** The records of a sample by the UTC date of each, as Sierra Chart has a file a date. */
export function depthByDate(sample: GrownSample, count: number): Map<string, Buffer> {
  const files = new Map<string, Buffer[]>();
  let from = 0;
  for (let index = 1; index <= count; index++) {
    const date = dateOf(sample.timeUsAt(index - 1));
    if (index < count && dateOf(sample.timeUsAt(index)) === date) continue;
    const parts = files.get(date) ?? [sample.header];
    files.set(date, [...parts, recordsOf(sample, from, index)]);
    from = index;
  }
  return new Map([...files].map(([date, parts]) => [date, Buffer.concat(parts)]));
}

function dateOf(us: number): string {
  return new Date(us / 1000).toISOString().slice(0, 10);
}
