/**
 * ms since the epoch of `2024-12-03T00:00:00Z` or `2024-12-03 00:00:00`, always UTC. NaN where the text is no moment: there
 * is no 30 February, no 24:00 and no sixtieth second.
 */
export function utcTimeMs(text: string): number {
  const match = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)Z?$/.exec(text);
  if (!match) return Number.NaN;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    ...[number, number, number],
    ...[number, number, number],
  ];
  if (hour > 23 || minute > 59 || second > 59) return Number.NaN;
  return utcDateMs(year, month, day) + ((hour * 60 + minute) * 60 + second) * 1000;
}

/**
 * ns since the epoch of `2024-12-03T14:30:00.123456789Z`, exactly: with up to nine decimals of a second, or none. null where the
 * text is no moment, or a finer one.
 */
export function utcTimeNs(text: string): bigint | null {
  const match = /^([^.]*?)(?:\.(\d{1,9}))?Z$/.exec(text);
  const ms = match ? utcTimeMs(match[1]!) : Number.NaN;
  if (Number.isNaN(ms)) return null;
  return BigInt(ms) * 1_000_000n + BigInt((match![2] ?? '').padEnd(9, '0'));
}

/** ms since the epoch at which a UTC day begins; NaN where there is no such day. @param month 1 to 12 */
export function utcDateMs(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  // Date carries what is too much: 30 February becomes 1 March.
  const isSame = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isSame ? date.getTime() : Number.NaN;
}

/** How a moment is written: ISO 8601, UTC, nine decimals of a second at most. By its form alone: see `utcTimeNs`. */
export const UTC_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;
