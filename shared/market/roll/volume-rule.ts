import type { RollRule } from '../../config/market.js';
import type { TradedVolume } from '../../contract/traded-volume.js';

export interface VolumeAsk {
  readonly present: string;
  readonly next: string;
  readonly volumes: readonly TradedVolume[];
  /** Trade dates with regular hours that have ended, of those on which volume may decide; oldest first. */
  readonly tradeDates: readonly string[];
  readonly rule: Pick<RollRule, 'confirmTradeDates' | 'missingSecondsMax'>;
}

export interface ComparedDate {
  readonly tradeDate: string;
  /** Contracts; null where they are not known. */
  readonly present: number | null;
  readonly next: number | null;
  readonly isNextMore: boolean;
  /** Why the date says nothing, in plain words; null where it counts. */
  readonly missing: string | null;
}

export interface VolumeDecision {
  /** The trade date by which it is decided; null while it is not. */
  readonly decidedBy: string | null;
  readonly dates: readonly ComparedDate[];
}

/**
 * Whether the next contract is traded more: on so many trade dates in a row. A date of which too little was captured says
 * nothing, and neither does a tie; both break the row, because the calendar decides at the latest. What was decided once stays decided,
 * whatever later dates say. Pure, so that a bridge that was killed decides the same again.
 */
export function decideByVolume({ present, next, volumes, tradeDates, rule }: VolumeAsk): VolumeDecision {
  const dates = tradeDates.map((tradeDate): ComparedDate => {
    const of = (instrument: string) =>
      volumes.find((one) => one.instrument === instrument && one.tradeDate === tradeDate);
    const [ours, theirs] = [of(present), of(next)];
    const missing = [whyNot(present, ours, rule), whyNot(next, theirs, rule)].filter((why) => why !== null);
    const [before, after] = [ours?.volume ?? null, theirs?.volume ?? null];
    const isNextMore = missing.length === 0 && before !== null && after !== null && after > before;
    return { tradeDate, present: before, next: after, isNextMore, missing: missing.join('; ') || null };
  });
  const last = dates.findIndex((_, at) => {
    const row = dates.slice(Math.max(0, at + 1 - rule.confirmTradeDates), at + 1);
    return row.length === rule.confirmTradeDates && row.every(({ isNextMore }) => isNextMore);
  });
  return { decidedBy: dates[last]?.tradeDate ?? null, dates };
}

function whyNot(
  instrument: string,
  counted: TradedVolume | undefined,
  { missingSecondsMax }: VolumeAsk['rule'],
): string | null {
  if (counted === undefined) return `${instrument} has not come home`;
  if (counted.volume === null) return `${instrument} cannot be counted: ${counted.problem}`;
  if (counted.missingSeconds > missingSecondsMax)
    return `${instrument} lacks ${counted.missingSeconds} s of regular hours`;
  return null;
}
