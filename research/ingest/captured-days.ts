import { z } from 'zod';
import { sourceOf } from '../../shared/contract/batch-stream.js';
import { type CaptureSource, IB_SOURCE } from '../../shared/contract/capture-source.js';
import { Failure } from '../../shared/failure.js';
import { rootOf } from '../samples/refuse-other-product.js';
import type { DayRecord } from './day-record.js';
import { doubtfulTimes } from './doubtful-times.js';

const day = z.strictObject({ instrument: z.string(), tradeDate: z.iso.date() });

/** Captured days that a model is trained on, oldest first, and those that are left out, each with the reason. */
export const capturedDays = z.strictObject({
  days: z.array(day.extend({ stream: z.string(), synthetic: z.boolean(), events: z.number().int().nonnegative() })),
  leftOut: z.array(day.extend({ why: z.string() })),
  /** Where a ship leaves out what two captures do not agree on. */
  doubtful: doubtfulTimes.optional(),
});
export type CapturedDays = Readonly<z.infer<typeof capturedDays>>;

/** A trade date of which something was received, and not all of it is in the store. */
export interface IncompleteDay {
  readonly source: CaptureSource;
  readonly instrument: string;
  readonly tradeDate: string;
  /** All of it was received. */
  readonly isClosed: boolean;
  readonly why: string;
}

/**
 * The newest complete trade dates of a product, one contract a date: where two were captured, as when one is rolled into the
 * next, the one with more events. Generated and captured days are never mixed: the newest day says which kind it is.
 * @throws Failure 'NoCapturedDays' where there are too few
 */
export function chooseDays(
  records: readonly DayRecord[],
  incomplete: readonly IncompleteDay[],
  ask: {
    readonly product: string;
    readonly daysMin: number;
    readonly days: number;
    /** Whose capture; default: the bridge's. */
    readonly source?: CaptureSource;
  },
): CapturedDays {
  const { source: wanted = IB_SOURCE } = ask;
  const ofProduct = records.filter(
    ({ instrument, stream }) => rootOf(instrument) === ask.product && sourceOf(stream) === wanted,
  );
  const synthetic = newest(ofProduct)?.synthetic ?? false;
  const leftOut = incomplete
    .filter(({ instrument, source }) => rootOf(instrument) === ask.product && source === wanted)
    .map(({ instrument, tradeDate, why }) => ({ instrument, tradeDate, why }));
  const leave = ({ instrument, tradeDate }: DayRecord, why: string) => leftOut.push({ instrument, tradeDate, why });
  const byDate = new Map<string, DayRecord>();
  for (const record of ofProduct) {
    const other = byDate.get(record.tradeDate);
    if (record.synthetic !== synthetic) leave(record, synthetic ? 'captured from a real gateway' : 'SYNTHETIC');
    else if (record.events === 0) leave(record, 'has no events');
    else if (other === undefined) byDate.set(record.tradeDate, record);
    else {
      const [more, less] = record.events > other.events ? [record, other] : [other, record];
      byDate.set(record.tradeDate, more);
      leave(less, `${more.instrument} was traded more on that date`);
    }
  }
  const dates = [...byDate.values()].sort((a, b) => (a.tradeDate < b.tradeDate ? -1 : 1));
  if (dates.length < ask.daysMin) throw tooFew(dates.length, ask, leftOut);
  const days = dates
    .slice(-ask.days)
    .map(({ instrument, tradeDate, stream, events }) => ({ instrument, tradeDate, stream, synthetic, events }));
  const since = days[0]!.tradeDate;
  return { days, leftOut: leftOut.filter(({ tradeDate }) => tradeDate >= since) };
}

function newest(records: readonly DayRecord[]): DayRecord | undefined {
  return records.reduce<DayRecord | undefined>(
    (last, one) => (last && last.tradeDate > one.tradeDate ? last : one),
    undefined,
  );
}

function tooFew(
  found: number,
  { product, daysMin }: { readonly product: string; readonly daysMin: number },
  leftOut: CapturedDays['leftOut'],
): Failure {
  const others = leftOut.map(({ instrument, tradeDate, why }) => `${instrument} ${tradeDate}: ${why}`).join('; ');
  return new Failure(
    'NoCapturedDays',
    `the store has ${found} complete captured trade dates of ${product}, ${daysMin} are needed${others ? ` (left out: ${others})` : ''}`,
    'wait for more (believe capture ls), or train on files: input.kind files',
    { found, daysMin },
  );
}
