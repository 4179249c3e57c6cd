import type { GateThresholds } from '../../shared/config/gate-thresholds.js';
import { calendarOfInstrument } from '../../shared/market/calendar/product-calendars.js';
import type { HeadSamples } from '../../shared/model/heads/head.js';
import { samplingOf } from '../../shared/model/heads/sampling.js';
import { dateText } from './wording.js';

/** Of too few dates, at most this share is kept. */
const KEPT_SHARE_MAX = 1 / 3;

/**
 * The newest trade dates, as yyyymmdd in order: no head of the candidate is trained, calibrated or weighted on them or on what
 * comes after them. They are dates of the book where any head looks at it, because such a head trades on no other.
 */
export function keptDates(
  samples: readonly HeadSamples[],
  instrument: string,
  { keptDates: most }: GateThresholds,
): number[] {
  const dates = policyDates(samples, instrument);
  const kept = Math.min(most, Math.floor(dates.length * KEPT_SHARE_MAX));
  return dates.slice(dates.length - kept);
}

/** Dates with regular hours on which every head that looks at the book has rows; of bars alone, those of the bars. */
export function policyDates(samples: readonly HeadSamples[], instrument: string): number[] {
  const { rthSessionOf } = calendarOfInstrument(instrument);
  const book = samples.filter(({ head }) => samplingOf(head) === 'second');
  const [first, ...others] = (book.length > 0 ? book : samples).map(({ tradeDate }) => new Set(tradeDate));
  return [...(first ?? [])]
    .filter((date) => others.every((dates) => dates.has(date)) && rthSessionOf(dateText(date)) !== null)
    .sort((a, b) => a - b);
}

/** The rows before a trade date, in the same memory; all of them where none is kept. */
export function rowsBefore(samples: HeadSamples, tradeDate: number | undefined): HeadSamples {
  const end = tradeDate === undefined ? -1 : samples.tradeDate.findIndex((date) => date >= tradeDate);
  if (end < 0) return samples;
  return {
    ...samples,
    rows: end,
    features: samples.features.subarray(0, end * samples.columns),
    label: samples.label.subarray(0, end),
    startMs: samples.startMs.subarray(0, end),
    endMs: samples.endMs.subarray(0, end),
    tradeDate: samples.tradeDate.subarray(0, end),
    moveTicks: samples.moveTicks.subarray(0, end),
    costTicks: samples.costTicks.subarray(0, end),
  };
}
