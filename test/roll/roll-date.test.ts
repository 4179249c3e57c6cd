import assert from 'node:assert/strict';
import fc from 'fast-check';
import { contractsBeside } from '../../bridge/roll/overlap.js';
import { rollConfig } from '../../shared/config/market.js';
import { calendarOf } from '../../shared/market/calendar/product-calendars.js';
import {
  rollDateOf,
  tradeDateAhead,
  tradeDateFrom,
  tradeDatesBeforeExpiryMax,
} from '../../shared/market/roll/roll-date.js';

const ES = calendarOf('ES');
const DAY_MS = 86_400_000;
const dateOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);
const from2011 = (day: number) => dateOf(Date.UTC(2011, 0, 1) + day * DAY_MS);
/** Trade dates with regular hours. */
const tradeDate = fc
  .integer({ min: 0, max: 6900 })
  .map(from2011)
  .filter((date) => ES.rthSessionOf(date) !== null);
const ruleOf = (calendarDaysBeforeExpiry: number) => rollConfig.parse({ calendarDaysBeforeExpiry });

describe('the date of a roll', () => {
  it('is the second Thursday of the month for eight days before a third Friday', () => {
    const expected = { '2019-09-20': '2019-09-12', '2019-12-20': '2019-12-12', '2024-06-21': '2024-06-13' };
    for (const [last, first] of Object.entries(expected)) assert.equal(rollDateOf(last, ruleOf(8), ES), first);
  });

  it('is moved on over a holiday, never back', () => {
    // Thanksgiving 2024 has no regular hours of a whole day; Good Friday and New Year have none at all.
    assert.equal(rollDateOf('2024-04-05', ruleOf(7), ES), '2024-04-01');
    assert.equal(rollDateOf('2025-01-09', ruleOf(8), ES), '2025-01-02');
  });

  it('has regular hours, is not after the last trade date, and no trade date lies between it and the days of the rule', () => {
    fc.assert(
      fc.property(tradeDate, fc.integer({ min: 1, max: 60 }), (last, days) => {
        const date = rollDateOf(last, ruleOf(days), ES);
        const wanted = dateOf(Date.parse(last) - days * DAY_MS);
        assert.notEqual(ES.rthSessionOf(date), null);
        assert.ok(date <= last && date >= wanted);
        for (let ms = Date.parse(wanted); dateOf(ms) < date; ms += DAY_MS)
          assert.equal(ES.rthSessionOf(dateOf(ms)), null);
      }),
    );
  });

  it('comes no later where the rule says more days, and no earlier for a later last trade date', () => {
    fc.assert(
      fc.property(tradeDate, tradeDate, fc.integer({ min: 1, max: 59 }), (one, other, days) => {
        assert.ok(rollDateOf(one, ruleOf(days + 1), ES) <= rollDateOf(one, ruleOf(days), ES));
        const [first, last] = [one, other].sort();
        assert.ok(rollDateOf(first!, ruleOf(days), ES) <= rollDateOf(last!, ruleOf(days), ES));
      }),
    );
  });

  it('lies no more trade dates before the last one than is said of so many days, and just so many on some weekday', () => {
    const ahead = (last: string, days: number) => {
      let count = 0;
      for (let date = rollDateOf(last, ruleOf(days), ES); date < last; date = tradeDateFrom(date, 1, ES)) count++;
      return count;
    };
    fc.assert(
      fc.property(tradeDate, fc.integer({ min: 1, max: 60 }), (last, days) => {
        assert.ok(ahead(last, days) <= tradeDatesBeforeExpiryMax(days));
      }),
    );
    for (const [days, most] of Object.entries({ 1: 1, 3: 3, 7: 5, 8: 6, 14: 10 })) {
      assert.equal(tradeDatesBeforeExpiryMax(Number(days)), most);
      const week = ['2024-06-10', '2024-06-11', '2024-06-12', '2024-06-13', '2024-06-14'];
      // Memorial Day is behind: two weeks without a holiday.
      if (Number(days) <= 8) assert.equal(Math.max(...week.map((last) => ahead(last, Number(days)))), most);
    }
  });

  it('counts trade dates there and back again', () => {
    fc.assert(
      fc.property(tradeDate, fc.integer({ min: 0, max: 10 }), (date, count) => {
        assert.equal(tradeDateFrom(tradeDateFrom(date, count, ES), -count, ES), date);
      }),
    );
  });

  it('knows the trade date whose regular hours are on or come next', () => {
    fc.assert(
      fc.property(tradeDate, (date) => {
        const { rthOpenMs, rthCloseMs } = ES.rthSessionOf(date)!;
        assert.equal(tradeDateAhead(rthOpenMs - 1, ES), date);
        assert.equal(tradeDateAhead(rthCloseMs - 1, ES), date);
        assert.equal(tradeDateAhead(rthCloseMs, ES), tradeDateFrom(date, 1, ES));
      }),
    );
  });
});

describe('the overlap of two contracts', () => {
  const cameBy = {
    ...{ v: 1 as const, kind: 'rolled' as const, at: '2019-09-11T21:00:00Z', marketTime: '2019-09-11T21:00:00Z' },
    ...{ configured: 'ESU9', from: 'ESU9', to: 'ESZ9', fromLastTradeDate: '2019-09-20', toLastTradeDate: '2019-12-20' },
    ...{ rollDate: '2019-09-12', firstTradeDate: '2019-09-12', by: 'rule', reason: 'the rule' },
  };
  const hoursOf = (rollDate: string, watchDate: string | null = null) => ({
    ...{ rollDate, watchDate, tradeDateOf: ES.tradeDateOf },
    tradeDateFrom: (date: string, count: number) => tradeDateFrom(date, count, ES),
  });
  const besideAt = (
    date: string,
    overlapTradeDates: number,
    came: typeof cameBy | null = cameBy,
    watchDate: string | null = null,
  ) =>
    contractsBeside({
      rule: rollConfig.parse({ overlapTradeDates }),
      hours: hoursOf(came === null ? '2019-09-12' : '2019-12-12', watchDate),
      next:
        came === null
          ? { localSymbol: 'ESZ9', lastTradeDate: '2019-12-20' }
          : { localSymbol: 'ESH0', lastTradeDate: '2020-03-20' },
      cameBy: came,
      marketMs: ES.rthSessionOf(date)!.rthOpenMs,
    });

  it('begins so many trade dates before the roll, and ends so many after', () => {
    assert.deepEqual(besideAt('2019-09-10', 1, null), []);
    assert.deepEqual(besideAt('2019-09-11', 1, null), ['ESZ9']);
    assert.deepEqual(besideAt('2019-09-10', 2, null), ['ESZ9']);
    assert.deepEqual(besideAt('2019-09-12', 1), ['ESU9']);
    assert.deepEqual(besideAt('2019-09-13', 1), []);
    assert.deepEqual(besideAt('2019-09-13', 2), ['ESU9']);
  });

  it('begins with the first date that volume may decide by, where that is earlier', () => {
    assert.deepEqual(besideAt('2019-09-05', 1, null, '2019-09-06'), []);
    assert.deepEqual(besideAt('2019-09-06', 1, null, '2019-09-06'), ['ESZ9']);
    assert.deepEqual(besideAt('2019-09-10', 2, null, '2019-09-11'), ['ESZ9']);
  });

  it('ends with the last trade date of the former contract', () => {
    assert.deepEqual(besideAt('2019-09-20', 10), ['ESU9']);
    assert.deepEqual(besideAt('2019-09-23', 10), []);
  });
});
