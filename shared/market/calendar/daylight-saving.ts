const DAY_MS = 86_400_000;

/** Dates of a year between which United States clocks are an hour ahead: midnight UTC of the two Sundays. */
export interface SummerTime {
  readonly firstMs: number;
  readonly endMs: number;
}

/**
 * Second Sunday of March to first Sunday of November: the rule since 2007. Computed instead of asked from Intl, which
 * is slow and whose tables differ between machines.
 */
export function summerTimeOf(year: number): SummerTime {
  return { firstMs: nthSunday(year, 2, 2), endMs: nthSunday(year, 10, 1) };
}

/** Midnight UTC of the nth Sunday of a month (0-based). */
function nthSunday(year: number, month: number, nth: number): number {
  const firstMs = Date.UTC(year, month, 1);
  const daysToSunday = (7 - new Date(firstMs).getUTCDay()) % 7;
  return firstMs + (daysToSunday + 7 * (nth - 1)) * DAY_MS;
}
