import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { Failure } from '../../shared/failure.js';
import {
  calendarOf,
  calendarOfInstrument,
  groupOfProduct,
  PRODUCT_GROUPS,
} from '../../shared/market/calendar/product-calendars.js';
import type { GlobexSession } from '../../shared/market/calendar/session.js';
import { OutsideCalendar, type SessionCalendar } from '../../shared/market/calendar/session-calendar.js';
import { readBarsFile } from '../../shared/node/files/bars-csv.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const BAR_MS = 300_000;
const DATES = Array.from({ length: (Date.UTC(2031, 0, 1) - Date.UTC(2010, 0, 1)) / DAY_MS }, (_, day) =>
  new Date(Date.UTC(2010, 0, 1) + day * DAY_MS).toISOString().slice(0, 10),
);

const ALL = new Map<string, SessionCalendar>([
  ...PRODUCT_GROUPS.map(({ name, hours }) => [name, hours] as const),
  ['products without a group', calendarOfInstrument('ZZZZ')],
]);

/** Departures from a close at 16:00 Chicago as two public calendars have them. */
const sources = JSON.parse(readFileSync('test/calendar/product-calendar-sources.json', 'utf8')) as Record<
  'packaged' | 'lean',
  Record<string, Record<string, string | null>>
>;

function datesAround(date: string): string[] {
  const index = (Date.parse(date) - Date.UTC(2010, 0, 1)) / DAY_MS;
  return DATES.slice(Math.max(0, index - 5), index + 6);
}

function sessionsOf({ globexSessionOf }: SessionCalendar): GlobexSession[] {
  return DATES.flatMap((date) => globexSessionOf(date) ?? []);
}

describe('the calendars of product groups', () => {
  for (const [product, table] of [
    ['CL', 'energyAndMetals'],
    ['GC', 'energyAndMetals'],
    ['ZN', 'rates'],
    ['6E', 'fx'],
  ] as const)
    it(`close ${product} on every day of 2010 to 2030 when both sources say so, or call the day disputed`, () => {
      const { hours } = groupOfProduct(product);
      let agreed = 0;
      for (const date of DATES.filter((one) => ![0, 6].includes(new Date(one).getUTCDay()))) {
        const session = hours.globexSessionOf(date);
        const exception = hours.exceptionOn(date);
        if (exception?.disputed) continue;
        const says = (source: 'packaged' | 'lean') => {
          const close = sources[source][table]![date];
          return close === undefined ? '16:00' : close;
        };
        // The sources do not have the quarter of an hour by which energy and metals went on until 2015-09-18.
        const isUsual = exception === null && date < '2015-09-21' && table === 'energyAndMetals';
        const close = session && (isUsual ? '16:00' : chicagoTime(session.globexCloseMs));
        assert.deepEqual([close, close], [says('packaged'), says('lean')], date);
        if (isUsual) assert.equal(chicagoTime(session!.globexCloseMs), '16:15', date);
        agreed++;
      }
      assert.ok(agreed > 5300, `${agreed} of 5478 days undisputed`);
    });

  it('have a session for every bar of crude oil that was really traded, and end early where the trading did', async () => {
    const { hours } = groupOfProduct('CL');
    const { bars } = await readBarsFile('../shared/data/bars/CL-5m-20231015-20250929.csv.gz');
    assert.equal(bars.length, 98_513);
    const lastBarMs = new Map<string, number>();
    for (const { openMs } of bars) {
      const tradeDate = hours.tradeDateOf(openMs);
      const session = hours.globexSessionOf(tradeDate)!;
      assert.ok(openMs >= session.globexOpenMs && openMs + BAR_MS <= session.globexCloseMs, tradeDate);
      lastBarMs.set(tradeDate, openMs);
    }
    const early = [...lastBarMs].filter(([date]) => hours.exceptionOn(date));
    assert.equal(early.length, 12);
    for (const [date, openMs] of early)
      assert.equal(openMs + BAR_MS, hours.globexSessionOf(date)!.globexCloseMs, `the last bar of ${date}`);
  });

  it('open and close in order, without overlap, with regular hours inside and breaks between', () => {
    for (const [name, hours] of ALL) {
      let before: GlobexSession | undefined;
      for (const session of sessionsOf(hours)) {
        const { tradeDate, globexOpenMs, globexCloseMs, dateEndMs, rth, pause } = session;
        const what = `${name} ${tradeDate}`;
        assert.ok(globexOpenMs < globexCloseMs && globexCloseMs <= dateEndMs, what);
        if (before) {
          assert.ok(before.tradeDate < tradeDate && before.dateEndMs < globexOpenMs, what);
        }
        if (rth) {
          assert.ok(globexOpenMs < rth.rthOpenMs && rth.rthOpenMs < rth.rthCloseMs, what);
          assert.ok(rth.rthCloseMs <= globexCloseMs || name === 'CME equity index', what);
          assert.equal(rth.tradeDate, tradeDate);
        }
        if (pause) assert.ok(globexOpenMs < pause.startMs && pause.endMs < globexCloseMs, what);
        before = session;
      }
    }
  });

  it('give every instant to one trade date, and never go back', () => {
    const lastMs = Date.parse('2030-12-31T21:59:59.999Z');
    const anyMs = fc.integer({ min: Date.UTC(2010, 0, 1), max: lastMs });
    const aroundChange = fc
      .tuple(fc.constantFrom(...DATES.filter((date) => /-(03|11)-/.test(date))), fc.integer({ min: 0, max: DAY_MS }))
      .map(([date, ms]) => Date.parse(date) + ms);
    const aroundEarlyClose = fc
      .constantFrom(...ALL.values())
      .chain((hours) =>
        fc
          .tuple(
            fc.constantFrom(...DATES.filter((date) => hours.exceptionOn(date) && hours.globexSessionOf(date))),
            fc.integer({ min: -6 * HOUR_MS, max: 6 * HOUR_MS }),
          )
          .map(([date, ms]) => Math.min(hours.globexSessionOf(date)!.globexCloseMs + ms, lastMs)),
      );
    const stepMs = fc.integer({ min: 0, max: 3 * DAY_MS });
    fc.assert(
      fc.property(fc.oneof(anyMs, aroundChange, aroundEarlyClose), stepMs, (ms, later) => {
        for (const [name, hours] of ALL) {
          const tradeDate = hours.tradeDateOf(ms);
          const session = hours.globexSessionOf(tradeDate)!;
          assert.ok(ms < session.dateEndMs, name);
          const owners = datesAround(tradeDate).filter((date) => {
            const one = hours.globexSessionOf(date);
            return one && ms >= one.globexOpenMs && ms < one.dateEndMs;
          });
          assert.ok(owners.length <= 1 && (owners[0] ?? tradeDate) === tradeDate, name);
          if (ms + later <= lastMs) assert.ok(hours.tradeDateOf(ms + later) >= tradeDate, name);
          const phase = hours.sessionPhase(ms);
          const isOpen = ms >= session.globexOpenMs && ms < session.globexCloseMs;
          assert.equal(isOpen, !['closed', 'maintenance'].includes(phase), `${name} ${phase}`);
          assert.equal(phase === 'rth', !!session.rth && ms >= session.rth.rthOpenMs && ms < session.rth.rthCloseMs);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('keep local hours over every clock change', () => {
    for (const [product, zone, open, close] of [
      ['ES', 'America/New_York', '09:30', '16:00'],
      ['CL', 'America/New_York', '09:00', '14:30'],
      ['GC', 'America/New_York', '08:20', '13:30'],
      ['ZN', 'America/Chicago', '07:20', '14:00'],
      ['6E', 'America/Chicago', '07:20', '14:00'],
    ] as const) {
      const { hours } = groupOfProduct(product);
      for (const { tradeDate, globexOpenMs, rth } of sessionsOf(hours)) {
        if (tradeDate >= '2012-11-20') assert.equal(chicagoTime(globexOpenMs), '17:00', tradeDate);
        if (!rth) continue;
        assert.equal(timeIn(zone, rth.rthOpenMs), open, `${product} ${tradeDate}`);
        assert.equal(rth.halfDay, timeIn(zone, rth.rthCloseMs) !== close, `${product} ${tradeDate}`);
      }
    }
  });

  it('know by half-days and holidays that one group keeps and another does not', () => {
    const closes = (date: string) =>
      ['ES', 'CL', 'GC', 'ZN', '6E'].map((product) => {
        const session = groupOfProduct(product).hours.globexSessionOf(date);
        return session && chicagoTime(session.globexCloseMs);
      });
    assert.deepEqual(closes('2024-11-29'), ['12:15', '13:45', '13:45', '12:15', '12:15']);
    assert.deepEqual(closes('2024-07-03'), ['12:15', '16:00', '16:00', '16:00', '16:00']);
    assert.deepEqual(closes('2024-01-15'), ['12:00', '13:30', '13:30', '12:00', '16:00']);
    assert.deepEqual(closes('2023-04-07'), ['08:15', null, null, '10:15', '10:15']);
    assert.deepEqual(closes('2024-12-25'), [null, null, null, null, null]);
  });

  it('date what happens after an early close by the day itself, and equity index as ever by the next', () => {
    const at = Date.parse('2024-11-29T19:40:00Z');
    for (const product of ['CL', 'GC', 'ZN', '6E']) {
      const { hours } = groupOfProduct(product);
      assert.equal(hours.tradeDateOf(at), '2024-11-29', product);
      assert.equal(hours.tradeDateOf(Date.parse('2024-11-29T22:00:00Z')), '2024-12-02', product);
    }
    assert.equal(groupOfProduct('ES').hours.tradeDateOf(at), '2024-12-02');
    assert.equal(groupOfProduct('CL').hours.sessionPhase(Date.parse('2024-11-29T20:00:00Z')), 'closed');
  });

  it('are found by contracts however they are written; what has no group keeps the common day', () => {
    const nameOf = (instrument: string) =>
      PRODUCT_GROUPS.find(({ hours }) => hours === calendarOfInstrument(instrument))?.name;
    for (const [product, written] of [
      ['CL', ['CL', 'CLF5', 'CLF25', 'CLF2025', 'CLF5-CLG5', 'CL.c.0', 'CLF5 C7000']],
      ['ES', ['ES', 'ESU25_FUT_CME', 'ESH23', 'ESU4']],
      ['6E', ['6E', '6EH4', '6EH4.XCME']],
      ['GC', ['GCZ3', 'GCZ2013', 'MGCZ3', 'SILH5', 'SIH5', 'HGH5']],
      ['ZN', ['ZNH5', 'SR3H5', 'Z3NH5', 'ZN']],
      ['M6E', ['M6EZ5', 'E7Z5']],
      ['M2K', ['M2KZ5', 'NQH5']],
    ] as const)
      for (const instrument of written) assert.equal(nameOf(instrument), groupOfProduct(product).name, instrument);
    for (const instrument of ['', 'BTCUSDT', 'ZCZ5', 'ESX', 'CLAIM', 'es', 'toString', '../CL'])
      assert.equal(nameOf(instrument), undefined, instrument);
    const common = calendarOfInstrument('ZCZ5');
    assert.equal(common.tradeDateOf(Date.parse('2024-11-29T19:40:00Z')), '2024-11-29');
    assert.equal(common.tradeDateOf(Date.parse('2023-04-07T15:00:00Z')), '2023-04-07', 'currencies traded');
    assert.equal(common.tradeDateOf(Date.parse('2024-12-25T15:00:00Z')), '2024-12-26');
    for (const call of [() => common.tradeDateOf(Date.UTC(2031, 0, 1)), () => common.globexSessionOf('2009-12-31')])
      assert.throws(call, OutsideCalendar);
  });

  it('let nobody trade by hours that only date events', () => {
    for (const { name, symbols, tradable } of PRODUCT_GROUPS)
      for (const symbol of symbols) {
        if (tradable) assert.equal(calendarOf(symbol).group, name);
        else
          assert.throws(
            () => calendarOf(symbol),
            (error) => error instanceof Failure && error.type === 'NoCalendar' && error.message.includes(name),
          );
      }
    assert.deepEqual(
      PRODUCT_GROUPS.filter(({ tradable }) => tradable).map(({ name }) => name),
      ['CME equity index'],
    );
  });
});

function chicagoTime(ms: number): string {
  return timeIn('America/Chicago', ms);
}

const formats = new Map<string, Intl.DateTimeFormat>();
function timeIn(timeZone: string, ms: number): string {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' });
    formats.set(timeZone, format);
  }
  return format.format(ms);
}
