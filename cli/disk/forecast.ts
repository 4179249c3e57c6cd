/** A place that grows: what it holds now and gets each day, and after how many days that is gone again (null: never). */
export interface Growing {
  readonly sizeBytes: number;
  readonly perDayBytes: number;
  readonly keptDays: number | null;
}

const HORIZON_DAYS = 3650;

/** Bytes in so many days at today's pace: what is deleted by age grows to its days' worth, and no further. */
export function sizeIn(days: number, { sizeBytes, perDayBytes, keptDays }: Growing): number {
  const grown = sizeBytes + perDayBytes * days;
  return keptDays === null ? grown : Math.min(grown, Math.max(sizeBytes, perDayBytes * keptDays));
}

/** Whole days until so many free bytes are used up at today's pace; null where that takes longer than ten years. */
export function daysUntilFull(places: readonly Growing[], freeBytes: number): number | null {
  const total = (days: number) => places.reduce((sum, place) => sum + sizeIn(days, place), 0);
  const limit = total(0) + freeBytes;
  if (total(HORIZON_DAYS) <= limit) return null;
  // It never shrinks from one day to the next, so the last day on which all fits is found by halving.
  let [fits, full] = [0, HORIZON_DAYS];
  while (full - fits > 1) {
    const middle = (fits + full) >> 1;
    if (total(middle) <= limit) fits = middle;
    else full = middle;
  }
  return fits;
}
