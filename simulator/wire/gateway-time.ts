/** How times are written: with the zone, in UTC, or as old gateways without a word about the zone. */
export type TimeStyle = 'zoned' | 'utc' | 'bare';

const FORMATS = new Map<string, Intl.DateTimeFormat>();
const DAY_MS = 86_400_000;

export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** `yyyymmdd hh:mm:ss Zone`, `yyyymmdd-hh:mm:ss` in UTC, or `yyyymmdd  hh:mm:ss` of the zone. */
export function formatTime(ms: number, zone = 'UTC', style: TimeStyle = 'zoned'): string {
  const isUtc = zone === 'UTC' || style === 'utc';
  const iso = new Date(isUtc ? ms : Date.UTC(...partsOf(ms, zone))).toISOString();
  const [day, time] = [iso.slice(0, 10).replaceAll('-', ''), iso.slice(11, 19)];
  if (style === 'utc') return `${day}-${time}`;
  return style === 'bare' ? `${day}  ${time}` : `${day} ${time} ${zone}`;
}

/** Days since the epoch that the zone's calendar shows: two times of one day there have the same. */
export function dayNumber(ms: number, zone: string): number {
  const [year, month, day] = partsOf(ms, zone);
  return Date.UTC(year, month, day) / DAY_MS;
}

/**
 * The time that a client's filter names: `yyyymmdd-hh:mm:ss` in UTC, `yyyymmdd hh:mm:ss[ Zone]` in the zone named, else in
 * the gateway's; undefined where it is none.
 */
export function parseTime(text: string, gatewayZone: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)(-| +)(\d\d):(\d\d):(\d\d)(?: (\S+))?$/.exec(text.trim());
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = [1, 2, 3, 5, 6, 7].map((at) => Number(match[at])) as Parts;
  const asUtcMs = Date.UTC(year, month - 1, day, hour, minute, second);
  const zone = match[4] === '-' ? 'UTC' : (match[8] ?? gatewayZone);
  return isTimeZone(zone) ? asUtcMs - offsetMs(asUtcMs - offsetMs(asUtcMs, zone), zone) : undefined;
}

type Parts = [year: number, month: number, day: number, hour: number, minute: number, second: number];

/** What the zone's clocks show more than UTC's. */
function offsetMs(ms: number, zone: string): number {
  const wholeSecondMs = Math.floor(ms / 1000) * 1000;
  return Date.UTC(...partsOf(wholeSecondMs, zone)) - wholeSecondMs;
}

/** Month counted from 0, as Date has it. */
function partsOf(ms: number, zone: string): Parts {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type)!;
  return [of('year'), of('month') - 1, of('day'), of('hour') % 24, of('minute'), of('second')];
}

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = FORMATS.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
    });
    FORMATS.set(zone, format);
  }
  return format;
}
