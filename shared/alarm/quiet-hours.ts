/** Hours of the local day, from 0; `from` may be later than `to`: then they span midnight. */
export interface QuietHours {
  readonly fromHour: number;
  readonly toHour: number;
  /** Of the IANA database. */
  readonly timeZone: string;
}

const HOUR_MS = 3_600_000;

/** @returns when the quiet hours end in which this time lies; null where it lies in none */
export function quietUntil({ fromHour, toHour, timeZone }: QuietHours, nowMs: number): number | null {
  const hourAt = (ms: number) => {
    const text = new Intl.DateTimeFormat('en', { timeZone, hour: 'numeric', hourCycle: 'h23' }).format(ms);
    return Number.parseInt(text, 10);
  };
  const isIn = (hour: number) =>
    fromHour <= toHour ? hour >= fromHour && hour < toHour : hour >= fromHour || hour < toHour;
  if (fromHour === toHour || !isIn(hourAt(nowMs))) return null;
  // Full hours of any zone are full quarters of ours.
  let ms = Math.ceil((nowMs + 1) / (HOUR_MS / 4)) * (HOUR_MS / 4);
  for (let tries = 0; tries < 4 * 25 && isIn(hourAt(ms)); tries++) ms += HOUR_MS / 4;
  return ms;
}
