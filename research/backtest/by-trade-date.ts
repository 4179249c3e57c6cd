import { UsageFailure } from '../../shared/failure.js';
import { calendarOfInstrument } from '../../shared/market/calendar/product-calendars.js';
import type { EventStream } from '../replay/event-stream.js';

/** Which of the files to use. */
export interface DayRange {
  readonly instrument?: string;
  /** First and last trade date, YYYY-MM-DD, both included. */
  readonly dateFrom?: string;
  readonly dateTo?: string;
}

/**
 * Streams by exchange trade date (the header's, else that of the first event), dates in order.
 * @throws UsageFailure where nothing is left
 */
export function byTradeDate(streams: readonly EventStream[], range: DayRange): Map<string, EventStream[]> {
  const { instrument, dateFrom = '', dateTo = '9999' } = range;
  const days = new Map<string, EventStream[]>();
  for (const stream of streams) {
    const { instrument: name, tradeDate: written } = stream.header;
    const tradeDate = written ?? calendarOfInstrument(name).tradeDateOf(Number(stream.firstNs / 1_000_000n));
    if (tradeDate < dateFrom || tradeDate > dateTo) continue;
    if (instrument !== undefined && stream.header.instrument !== instrument) continue;
    days.set(tradeDate, [...(days.get(tradeDate) ?? []), stream]);
  }
  if (days.size === 0)
    throw new UsageFailure(
      `none of the ${streams.length} files is about ${instrument ?? 'any instrument'} between ${dateFrom || 'the first'} and ${dateTo === '9999' ? 'the last' : dateTo} trade date`,
      'name other files, dates or another instrument',
    );
  return new Map([...days].sort(([a], [b]) => (a < b ? -1 : 1)));
}
