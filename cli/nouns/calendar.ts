import type { Command } from 'commander';
import { Failure, UsageFailure } from '../../shared/failure.js';
import { equityIndexCalendar } from '../../shared/market/calendar/cme-calendar.js';
import { groupOfProduct, PRODUCT_GROUPS } from '../../shared/market/calendar/product-calendars.js';
import type { SessionCalendar } from '../../shared/market/calendar/session-calendar.js';
import { isoDate, isoTimeMs } from '../option-values.js';
import { printResult } from '../output.js';

const PRODUCT_OPTION = [
  '--product <symbol>',
  'by the hours of its group, e.g. CL; `calendar products` lists them (default: CME equity index)',
] as const;

interface Asked {
  readonly product?: string;
  readonly json?: boolean;
}

/** `believe calendar`: when futures trade; times are UTC. */
export function register(noun: Command): void {
  noun
    .command('next-open')
    .description('the first regular session (for index futures 09:30 New York) that opens strictly after a time')
    .option('--at <time>', 'ISO time with Z or an offset, e.g. 2025-07-03T18:00:00Z (default: now)', isoTimeMs)
    .option(...PRODUCT_OPTION)
    .option('--json', 'one JSON object on stdout: {rthOpen, rthClose, tradeDate}, with --product also {product, group}')
    .action((options: Asked & { at?: number }) => {
      const { hours, named } = hoursAsked(options);
      const { tradeDate, rthOpenMs, rthCloseMs } = hours.nextRthOpen(options.at ?? Date.now());
      const session = { ...named, rthOpen: isoTime(rthOpenMs), rthClose: isoTime(rthCloseMs), tradeDate };
      printResult(options.json === true, session, `${session.rthOpen} to ${session.rthClose}, trade date ${tradeDate}`);
    });
  noun
    .command('show')
    .description('the sessions of one trade date')
    .requiredOption('--date <date>', 'trade date, e.g. 2025-07-03', isoDate)
    .option(...PRODUCT_OPTION)
    .option('--json', 'one JSON object on stdout')
    .action((options: Asked & { date: string }) => {
      const { hours, named } = hoursAsked(options);
      const shown = { ...named, ...describeDate(options.date, hours) };
      const lines = Object.entries(shown).map(([name, value]) => `${name.padEnd(12)} ${value ?? '-'}`);
      printResult(options.json === true, shown, lines.join('\n'));
    });
  noun
    .command('products')
    .description('the groups of products whose hours are known, and which of them may be traded')
    .option('--json', 'one JSON object on stdout: {groups: [{group, products, tradable}]}')
    .action((options: Asked) => {
      const groups = PRODUCT_GROUPS.map(({ name, symbols, tradable }) => ({
        group: name,
        products: symbols,
        tradable,
      }));
      const lines = groups.map(
        ({ group, products, tradable }) => `${group}${tradable ? '' : ' (data only)'}: ${products.join(', ')}`,
      );
      printResult(options.json === true, { groups }, lines.join('\n'));
    });
}

/** @throws UsageFailure naming the groups */
function hoursAsked({ product }: Asked): { hours: SessionCalendar; named: object } {
  if (product === undefined) return { hours: equityIndexCalendar, named: {} };
  try {
    const { name, hours } = groupOfProduct(product);
    return { hours, named: { product, group: name } };
  } catch (error) {
    if (error instanceof Failure) throw new UsageFailure(`--product: ${error.message}`, error.fix);
    throw error;
  }
}

function describeDate(tradeDate: string, hours: SessionCalendar) {
  const session = hours.globexSessionOf(tradeDate);
  const exception = hours.exceptionOn(tradeDate);
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

function isoTime(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}
