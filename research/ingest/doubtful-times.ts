import { z } from 'zod';
import type { CapturedDay } from '../../shared/contract/capture-file.js';
import { doubtfulSpans } from '../reconcile/doubtful-spans.js';
import type { MarketStore } from '../store/market-store.js';

/** Of captured days: what two captures do not agree on, and the days that were captured once only. */
export const doubtfulTimes = z.strictObject({
  /** ms since the epoch, [from, to), a whole ms wider than what was found. */
  spans: z.array(
    z.strictObject({
      instrument: z.string(),
      tradeDate: z.iso.date(),
      fromMs: z.number().int(),
      toMs: z.number().int(),
    }),
  ),
  /** Nobody can say of these what is doubtful in them. */
  notCompared: z.array(z.iso.date()),
});
export type DoubtfulTimes = Readonly<z.infer<typeof doubtfulTimes>>;

/** What the store says of these days. @throws BadInput where a record is damaged */
export function doubtfulTimesOf(store: MarketStore, days: readonly Omit<CapturedDay, 'source'>[]): DoubtfulTimes {
  const found = days.map(({ instrument, tradeDate }) => ({
    ...{ instrument, tradeDate },
    day: doubtfulSpans(store, instrument, tradeDate),
  }));
  return {
    spans: found.flatMap(({ instrument, tradeDate, day }) =>
      (day?.spans ?? []).map(({ fromNs, toNs }) => ({
        ...{ instrument, tradeDate },
        fromMs: Number(BigInt(fromNs) / 1_000_000n),
        toMs: Number(BigInt(toNs) / 1_000_000n) + 1,
      })),
    ),
    notCompared: found
      .filter(({ day }) => day === null || day.verdict === 'incomparable')
      .map(({ tradeDate }) => tradeDate),
  };
}
