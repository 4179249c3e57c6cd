import path from 'node:path';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { Instrument } from '../../shared/config/market.js';
import { segmentFile } from '../../shared/contract/capture-file.js';
import { rthSessionsFrom } from '../../shared/market/calendar/cme-calendar.js';
import type { RthSession } from '../../shared/market/calendar/session.js';
import { OutsideCalendar } from '../../shared/market/calendar/session-calendar.js';
import { TickScale } from '../../shared/market/events/tick-scale.js';
import type { TickBar } from './bar-builder.js';
import { MarketDay } from './market-day.js';
import { writeBars, writeDepthDay } from './write-market.js';

export interface MarketOptions {
  /** 32 bits. */
  readonly seed: number;
  /** Files are written here; equal names are replaced. */
  readonly folder: string;
  readonly instrument: Instrument;
  /** First trade date with a book, or the next one that has RTH. */
  readonly firstTradeDate: string;
  /** Trade dates with a book. */
  readonly days: number;
  /** Minutes of book from each RTH open. */
  readonly minutesPerDay: number;
  /** Trade dates of bars, at least `days`; the last ones are those with a book. */
  readonly barDays: number;
  /** 1 plants the signal, 0 makes a market that nothing predicts. */
  readonly signalStrength: number;
  /** Price at the first bar, points. */
  readonly startPrice?: number;
  readonly onProgress?: (progress: MarketProgress) => void;
  readonly abortSignal?: AbortSignal;
}

export interface MarketProgress {
  readonly tradeDate: string;
  readonly daysDone: number;
  readonly days: number;
}

export interface GeneratedMarket {
  /** One dom_ib-<instrument>-<trade date>-1.jsonl a trade date. */
  readonly depthFiles: readonly string[];
  /** CSV of five-minute RTH bars. */
  readonly barsFile: string;
  readonly events: number;
  readonly lastTradeDate: string;
  readonly seconds: number;
}

/** Points. */
export const START_PRICE = 4500;

/**
 * Writes a SYNTHETIC market: the same options give the same bytes, and a trade date's random numbers depend on the seed
 * and the date only. Weak signals are planted at ten seconds, thirty seconds and fifteen minutes: docs in
 * price-process.ts and bar-momentum.ts.
 * @throws OutsideCalendar; the abort signal's reason, with no partial file left
 */
export async function generateMarket(options: MarketOptions): Promise<GeneratedMarket> {
  const startedMs = performance.now();
  const { instrument, seed, folder } = options;
  const scale = new TickScale(instrument.tickSize);
  const days: MarketDay[] = [];
  const depthFiles: string[] = [];
  let events = 0;
  for (const { day, hasBook } of marketDays(options, scale)) {
    days.push(day);
    if (!hasBook) continue;
    options.abortSignal?.throwIfAborted();
    const { tradeDate } = day.session;
    const file = path.join(folder, segmentFile({ instrument: instrument.localSymbol, tradeDate, number: 1 }));
    events += writeDepthDay(file, instrument, scale, day, options.minutesPerDay);
    depthFiles.push(file);
    options.onProgress?.({ tradeDate, daysDone: depthFiles.length, days: options.days });
    await yieldToEventLoop();
  }
  const bars: TickBar[] = days.flatMap((day) => day.bars);
  const barsFile = path.join(folder, `bars-${instrument.localSymbol}-5m.csv`);
  writeBars(barsFile, bars, scale, seed);
  const seconds = (performance.now() - startedMs) / 1000;
  return { depthFiles, barsFile, events, lastTradeDate: days.at(-1)!.session.tradeDate, seconds };
}

export type MarketDays = Pick<
  MarketOptions,
  'seed' | 'signalStrength' | 'startPrice' | 'firstTradeDate' | 'days' | 'barDays'
>;

/**
 * The trade dates in order, each from the close of the one before. The book of a day is simulated, where it is wanted, before the
 * next day is asked for; a day has all its bars once the next one was. @throws OutsideCalendar
 */
export function* marketDays(
  options: MarketDays,
  scale: TickScale,
): Generator<{ readonly day: MarketDay; readonly hasBook: boolean }> {
  const sessions = marketSessions(options);
  let priceTicks = scale.ticksOf(options.startPrice ?? START_PRICE);
  for (const [index, session] of sessions.entries()) {
    const day = new MarketDay(options.seed, session, priceTicks, options.signalStrength);
    yield { day, hasBook: index >= sessions.length - options.days };
    priceTicks = day.finishBars();
  }
}

const DAY_MS = 86_400_000;

/** The trade dates of the bars; the last `days` of them start with firstTradeDate. @throws OutsideCalendar */
export function marketSessions({
  firstTradeDate,
  days,
  barDays,
}: Pick<MarketOptions, 'firstTradeDate' | 'days' | 'barDays'>): readonly RthSession[] {
  const barsOnly = Math.max(0, barDays - days);
  // At least one session in two calendar days, whatever the holidays.
  const earliest = new Date(Date.parse(firstTradeDate) - (2 * barsOnly + 7) * DAY_MS).toISOString().slice(0, 10);
  const sessions = rthSessionsFrom(earliest);
  const first = sessions.findIndex((session) => session.tradeDate >= firstTradeDate);
  if (first < 0 || first + days > sessions.length)
    throw new OutsideCalendar(`${days} trade dates from ${firstTradeDate}`);
  return sessions.slice(first - barsOnly, first + days);
}
