import { Failure } from '../../failure.js';
import { equityIndexCalendar } from './cme-calendar.js';
import { COMMON_DAY, ENERGY, FOREIGN_EXCHANGE, INTEREST_RATES, METALS } from './group-rules.js';
import type { GlobexSession, RthSession } from './session.js';
import { SessionCalendar, type SessionPhase } from './session-calendar.js';

/** When products of one group trade. Its functions throw OutsideCalendar for years that it does not know. */
export interface ProductCalendar {
  readonly group: string;
  /** Cash: nothing is delivered, so that only the last trading day matters. Delivery: the first notice day as well. */
  readonly settlement: 'cash' | 'delivery';
  sessionPhase(ms: number): SessionPhase;
  tradeDateOf(ms: number): string;
  rthSessionOf(tradeDate: string): RthSession | null;
  globexSessionOf(tradeDate: string): GlobexSession | null;
}

/** A group of products with the same hours. */
export interface ProductGroup {
  readonly name: string;
  /** As the exchange and IB write them. */
  readonly symbols: readonly string[];
  readonly hours: SessionCalendar;
  readonly settlement: ProductCalendar['settlement'];
  /**
   * Its hours are good enough to trade by. Not so where early closes rest on sources that do not agree, and where regular
   * hours are those of trading floors long gone: good enough to date events, never to rely on a close.
   */
  readonly tradable: boolean;
}

/** docs/calendar.md has the sources. A product that is not listed has hours that nobody has looked up yet. */
export const PRODUCT_GROUPS: readonly ProductGroup[] = [
  {
    name: 'CME equity index',
    symbols: ['ES', 'NQ', 'RTY', 'YM', 'EMD', 'MES', 'MNQ', 'M2K', 'MYM'],
    hours: equityIndexCalendar,
    settlement: 'cash',
    tradable: true,
  },
  {
    name: 'NYMEX energy',
    symbols: ['CL', 'NG', 'RB', 'HO', 'BZ', 'QM', 'QG', 'QH', 'QU', 'MCL', 'MNG'],
    hours: new SessionCalendar(ENERGY),
    ...{ settlement: 'delivery', tradable: false },
  },
  {
    name: 'COMEX and NYMEX metals',
    symbols: ['GC', 'SI', 'HG', 'PL', 'PA', 'QO', 'QI', 'QC', 'MGC', 'SIL', 'MHG'],
    hours: new SessionCalendar(METALS),
    ...{ settlement: 'delivery', tradable: false },
  },
  {
    name: 'CBOT and CME interest rates',
    symbols: ['ZT', 'Z3N', 'ZF', 'ZN', 'TN', 'ZB', 'UB', 'ZQ', 'SR1', 'SR3', 'GE'],
    hours: new SessionCalendar(INTEREST_RATES),
    ...{ settlement: 'delivery', tradable: false },
  },
  {
    name: 'CME foreign exchange',
    symbols: ['6A', '6B', '6C', '6E', '6J', '6M', '6N', '6S', 'E7', 'J7', 'M6A', 'M6B', 'M6E', 'MCD', 'MJY', 'MSF'],
    hours: new SessionCalendar(FOREIGN_EXCHANGE),
    ...{ settlement: 'delivery', tradable: false },
  },
];

const GROUP_OF: ReadonlyMap<string, ProductGroup> = new Map(
  PRODUCT_GROUPS.flatMap((group) => group.symbols.map((symbol) => [symbol, group] as const)),
);

/** The day that every product of the exchange has in common: what is dated by it where no group is known. */
const COMMON_CALENDAR = new SessionCalendar(COMMON_DAY);

/** Products that may be traded, by symbol. */
export const PRODUCTS_WITH_CALENDAR: readonly string[] = PRODUCT_GROUPS.filter(({ tradable }) => tradable).flatMap(
  ({ symbols }) => symbols,
);

/** The calendar by which a product is traded. @throws Failure NoCalendar: another market's hours are no substitute */
export function calendarOf(symbol: string): ProductCalendar {
  const group = GROUP_OF.get(symbol);
  if (group?.tradable) return calendarOfGroup(group);
  throw new Failure(
    'NoCalendar',
    group
      ? `the trading hours of ${symbol} (${group.name}) are known well enough to date its events, not to trade it`
      : `the trading hours of ${symbol} are not known`,
    `trade one of ${PRODUCTS_WITH_CALENDAR.join(', ')} (instrument.symbol), or add the calendar of ${symbol} as docs/calendar.md describes`,
  );
}

/** The group of a product, for a person who asks. @throws Failure NoCalendar naming the groups */
export function groupOfProduct(symbol: string): ProductGroup {
  const group = GROUP_OF.get(symbol);
  if (group) return group;
  throw new Failure(
    'NoCalendar',
    `the trading hours of ${symbol} are not known`,
    `name a product of ${PRODUCT_GROUPS.map(({ name, symbols }) => `${name} (${symbols.join(', ')})`).join('; ')}`,
  );
}

/**
 * The calendar that dates the events of a contract (`CLF5`, `GCZ2013`, `ESU25_FUT_CME`, a spread by its first leg) or of a
 * product; the common day where its group is not known.
 */
export function calendarOfInstrument(instrument: string): SessionCalendar {
  return GROUP_OF.get(productOf(instrument) ?? '')?.hours ?? COMMON_CALENDAR;
}

/** A product, and the month and year of its contract or nothing; then the name ends or something else begins. */
const NAME = /^([A-Z0-9]{1,5}?)(?:[FGHJKMNQUVXZ]\d{1,4})?(?![A-Za-z0-9])/;

function productOf(instrument: string): string | undefined {
  return NAME.exec(instrument)?.[1];
}

function calendarOfGroup({ name, settlement, hours }: ProductGroup): ProductCalendar {
  const { sessionPhase, tradeDateOf, rthSessionOf, globexSessionOf } = hours;
  return { group: name, settlement, sessionPhase, tradeDateOf, rthSessionOf, globexSessionOf };
}
