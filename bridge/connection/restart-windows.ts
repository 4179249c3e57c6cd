import type { BridgeConfig } from '../../shared/config/bridge.js';
import type { Config } from '../../shared/config/config.js';

const MINUTE_MS = 60_000;
const DAYS = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'];
const WEEK_MINUTES = 7 * 1440;

/** Windows are wall time, and the gateway of a replayed market is a simulator: it restarts at no time of the day. */
export function isRestartExpected({ clock, bridge }: Pick<Config, 'clock' | 'bridge'>, wallMs: number): boolean {
  return clock.kind !== 'replay' && inRestartWindow(wallMs, bridge.restart);
}

/**
 * Whether a gateway that is away is expected at this wall time: it restarts every day, and once a week a person has to
 * log in. The window opens a minute early, so that no order is on its way when the socket goes.
 */
export function inRestartWindow(wallMs: number, restart: BridgeConfig['restart']): boolean {
  const minute = minuteOfWeek(wallMs + MINUTE_MS, restart.timeZone);
  const daily = minutesOfDay(restart.dailyAt);
  const weekly = DAYS.indexOf(restart.weeklyDay) * 1440 + minutesOfDay(restart.weeklyAt);
  return (
    since(minute % 1440, daily, 1440) <= restart.minutes || since(minute, weekly, WEEK_MINUTES) <= restart.weeklyMinutes
  );
}

/** Minutes from `start` to `now` on a dial of `dialMinutes`. */
function since(now: number, start: number, dialMinutes: number): number {
  return (now - start + dialMinutes) % dialMinutes;
}

function minutesOfDay(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return hours * 60 + minutes;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** The formatter is slow, and asked before every order: its last answer holds for a minute. */
let last = { timeZone: '', minute: Number.NaN, minuteOfWeek: Number.NaN };

function minuteOfWeek(wallMs: number, timeZone: string): number {
  const minute = Math.floor(wallMs / MINUTE_MS);
  if (last.minute !== minute || last.timeZone !== timeZone)
    last = { timeZone, minute, minuteOfWeek: askMinuteOfWeek(wallMs, timeZone) };
  return last.minuteOfWeek;
}

function askMinuteOfWeek(wallMs: number, timeZone: string): number {
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-US', {
      ...{ timeZone, weekday: 'long', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
    });
    formatters.set(timeZone, formatter);
  }
  const parts = new Map(formatter.formatToParts(wallMs).map(({ type, value }) => [type, value]));
  const day = DAYS.indexOf((parts.get('weekday') ?? '').toUpperCase());
  return day * 1440 + Number(parts.get('hour')) * 60 + Number(parts.get('minute'));
}
