/** Regular hours of one day as the gateway has them; market ms. */
export interface ListedHours {
  readonly openMs: number;
  readonly closeMs: number;
}

/**
 * The liquid hours of contract details by day (YYYY-MM-DD, of the exchange's time zone): `20240729:0830-20240729:1320;
 * 20240730:CLOSED`, in older gateways `20240729:0830-1320`. Null: closed all day. A day with a pause counts from its first
 * opening to its last close. What cannot be read is left out: it is not known.
 */
export function readLiquidHours(text: string, timeZone: string): Map<string, ListedHours | null> {
  const days = new Map<string, ListedHours | null>();
  const toMs = zoneClock(timeZone);
  if (toMs === null) return days;
  for (const part of text.split(/[;,]/)) {
    const closed = /^(\d{8}):CLOSED$/.exec(part);
    if (closed) days.set(dashed(closed[1]!), null);
    const open = /^(\d{8}):(\d{4})-(?:(\d{8}):)?(\d{4})$/.exec(part);
    if (!open) continue;
    const [, from, fromTime, to = from, toTime] = open;
    const day = dashed(to!);
    const known = days.get(day);
    const hours = { openMs: toMs(from!, fromTime!), closeMs: toMs(to!, toTime!) };
    days.set(
      day,
      known ? { openMs: Math.min(known.openMs, hours.openMs), closeMs: Math.max(known.closeMs, hours.closeMs) } : hours,
    );
  }
  return days;
}

function dashed(yyyymmdd: string): string {
  return `${yyyymmdd.slice(0, 4)}-${yyyymmdd.slice(4, 6)}-${yyyymmdd.slice(6, 8)}`;
}

/** Turns yyyymmdd and hhmm of a time zone into ms since the epoch; null for a zone that this machine does not know. */
function zoneClock(timeZone: string): ((yyyymmdd: string, hhmm: string) => number) | null {
  let formatter: Intl.DateTimeFormat;
  try {
    formatter = new Intl.DateTimeFormat('en-US', {
      ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
      ...{ hour: 'numeric', minute: 'numeric' },
    });
  } catch {
    return null;
  }
  const localMs = (ms: number) => {
    const part = Object.fromEntries(formatter.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    return Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!);
  };
  return (yyyymmdd, hhmm) => {
    const asUtc = Date.parse(`${dashed(yyyymmdd)}T${hhmm.slice(0, 2)}:${hhmm.slice(2)}:00Z`);
    return asUtc - (localMs(asUtc) - asUtc);
  };
}
