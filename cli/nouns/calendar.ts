import type { Command } from 'commander';
import { z } from 'zod';
import { globexSessionOf, nextRthOpen } from '../../shared/calendar/cme-calendar.js';
import { exceptionOn } from '../../shared/calendar/session-rules.js';
import { UsageFailure } from '../../shared/failure.js';
import { printResult } from '../output.js';

/** `believe calendar`: when CME equity-index futures trade; times are UTC. */
export function register(noun: Command): void {
  noun
    .command('next-open')
    .description('the first regular session (09:30 New York) that opens strictly after a time')
    .option('--at <time>', 'ISO time with Z or an offset, e.g. 2025-07-03T18:00:00Z (default: now)')
    .option('--json', 'one JSON object on stdout: {rthOpen, rthClose, tradeDate}')
    .action((options: { at?: string; json?: boolean }) => {
      const { tradeDate, rthOpenMs, rthCloseMs } = nextRthOpen(
        options.at === undefined ? Date.now() : parseTime(options.at),
      );
      const session = { rthOpen: isoTime(rthOpenMs), rthClose: isoTime(rthCloseMs), tradeDate };
      printResult(options.json === true, session, `${session.rthOpen} to ${session.rthClose}, trade date ${tradeDate}`);
    });
  noun
    .command('show')
    .description('the sessions of one trade date')
    .requiredOption('--date <date>', 'trade date, e.g. 2025-07-03')
    .option('--json', 'one JSON object on stdout')
    .action((options: { date: string; json?: boolean }) => {
      const shown = describeDate(parseDate(options.date));
      const lines = Object.entries(shown).map(([name, value]) => `${name.padEnd(12)} ${value ?? '-'}`);
      printResult(options.json === true, shown, lines.join('\n'));
    });
}

function describeDate(tradeDate: string) {
  const session = globexSessionOf(tradeDate);
  const exception = exceptionOn(tradeDate);
  const time = (ms: number | undefined) => (ms === undefined ? null : isoTime(ms));
  return {
    tradeDate,
    globexOpen: time(session?.globexOpenMs),
    globexClose: time(session?.globexCloseMs),
    pauseStart: time(session?.pause?.startMs),
    pauseEnd: time(session?.pause?.endMs),
    rthOpen: time(session?.rth?.rthOpenMs),
    rthClose: time(session?.rth?.rthCloseMs),
    halfDay: session?.rth?.halfDay ?? false,
    occasion: exception?.occasion ?? null,
    disputed: exception?.disputed ?? false,
  };
}

const isoDateTime = z.iso.datetime({ offset: true });

/** Time zones are asked for, because a time without one means another moment on every machine. */
function parseTime(text: string): number {
  if (isoDateTime.safeParse(text).success) return Date.parse(text);
  throw new UsageFailure(
    `--at is "${text}", which is no ISO time with a time zone`,
    'write it like 2025-07-03T18:00:00Z',
  );
}

function parseDate(text: string): string {
  if (z.iso.date().safeParse(text).success) return text;
  throw new UsageFailure(`--date is "${text}", which is no date`, 'write it like 2025-07-03');
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}
