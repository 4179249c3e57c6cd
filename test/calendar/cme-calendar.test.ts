import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  globexSessionOf,
  nextRthOpen,
  rthSessionOf,
  rthSessionsFrom,
  sessionPhase,
  tradeDateOf,
} from '../../shared/market/calendar/cme-calendar.js';
import { summerTimeOf } from '../../shared/market/calendar/daylight-saving.js';
import { OutsideCalendar } from '../../shared/market/calendar/session-calendar.js';
import { readSourceCalendar } from './source-calendar.js';

const source = readSourceCalendar();
const rthOpensMs = source.sessions.flatMap(({ rthOpen }) => (rthOpen ? [Date.parse(rthOpen)] : []));
const timeMs = fc.integer({ min: Date.UTC(2010, 0, 1), max: Date.parse('2030-12-31T14:29:59Z') });

describe('CME calendar', () => {
  it('says the same as its source for every trade date of 2010 to 2030', () => {
    for (const { date, ethOpen, ethClose, rthOpen, rthClose, kind } of source.sessions) {
      const globex = globexSessionOf(date);
      const ours = {
        ethOpen: isoTime(globex?.globexOpenMs),
        ethClose: isoTime(globex?.globexCloseMs),
        rthOpen: isoTime(globex?.rth?.rthOpenMs),
        rthClose: isoTime(globex?.rth?.rthCloseMs),
        halfDay: globex?.rth?.halfDay ?? false,
      };
      assert.deepEqual(ours, { ethOpen, ethClose, rthOpen, rthClose, halfDay: kind === 'half-day' }, date);
      assert.deepEqual(rthSessionOf(date), globex?.rth ?? null);
    }
    assert.equal(source.sessions.length, 5478);
  });

  it('has no session on any weekend', () => {
    for (let dayMs = Date.UTC(2010, 0, 2); dayMs < Date.UTC(2031, 0, 1); dayMs += 7 * 86_400_000) {
      assert.equal(globexSessionOf(isoDate(dayMs)), null);
      if (dayMs + 86_400_000 < Date.UTC(2031, 0, 1)) assert.equal(globexSessionOf(isoDate(dayMs + 86_400_000)), null);
    }
  });

  it('changes its clocks on the dates of the source and of ICU, twice a year', () => {
    for (const [year, [first, end]] of Object.entries(source.dst)) {
      const summer = summerTimeOf(Number(year));
      assert.deepEqual([isoDate(summer.firstMs), isoDate(summer.endMs)], [first, end]);
      for (const changeMs of [summer.firstMs, summer.endMs]) {
        const friday = rthSessionsFrom(isoDate(changeMs - 3 * 86_400_000))[0]!;
        const monday = nextRthOpen(changeMs);
        for (const { rthOpenMs } of [friday, monday]) assert.equal(newYorkTime(rthOpenMs), '09:30');
        assert.notEqual(monday.rthOpenMs % 86_400_000, friday.rthOpenMs % 86_400_000);
      }
    }
  });

  it('opens next at the first RTH open of the source that is strictly later', () => {
    fc.assert(
      fc.property(fc.oneof(timeMs, fc.constantFrom(...rthOpensMs.slice(0, -1))), (nowMs) => {
        const expectedMs = rthOpensMs.find((openMs) => openMs > nowMs);
        const { rthOpenMs, rthCloseMs } = nextRthOpen(nowMs);
        assert.equal(rthOpenMs, expectedMs);
        assert.ok(rthCloseMs > rthOpenMs);
      }),
    );
  });

  it('walks through every RTH session when asked for the next open at each open', () => {
    let nowMs = Date.UTC(2010, 0, 1);
    for (const openMs of rthOpensMs) {
      nowMs = nextRthOpen(nowMs).rthOpenMs;
      assert.equal(nowMs, openMs);
    }
    assert.throws(() => nextRthOpen(nowMs), OutsideCalendar);
  });

  it('gives every moment to the electronic session that is open, or to the next one', () => {
    fc.assert(
      fc.property(timeMs, (nowMs) => {
        const session = globexSessionOf(tradeDateOf(nowMs))!;
        assert.ok(nowMs < session.globexCloseMs);
        assert.equal(tradeDateOf(session.globexOpenMs), session.tradeDate);
        assert.equal(tradeDateOf(session.globexCloseMs - 1), session.tradeDate);
        if (session.tradeDate !== '2030-12-31') assert.ok(tradeDateOf(session.globexCloseMs) > session.tradeDate);
        const hourBeforeMs = Math.max(nowMs - 3_600_000, Date.UTC(2010, 0, 1));
        assert.ok(tradeDateOf(hourBeforeMs) <= session.tradeDate, 'trade dates never go back');
      }),
    );
  });

  it('starts a trade date at 17:00 Chicago on the day before, and gives Friday evening to Monday', () => {
    assert.equal(tradeDateOf(Date.parse('2025-03-05T21:59:59Z')), '2025-03-05');
    assert.equal(tradeDateOf(Date.parse('2025-03-05T22:00:00Z')), '2025-03-06', 'maintenance belongs to what comes');
    assert.equal(tradeDateOf(Date.parse('2025-03-05T23:00:00Z')), '2025-03-06');
    assert.equal(tradeDateOf(Date.parse('2025-03-07T22:30:00Z')), '2025-03-10');
    assert.equal(
      tradeDateOf(Date.parse('2025-07-03T18:00:00Z')),
      '2025-07-04',
      'Independence Day has a Globex session',
    );
  });

  it('knows the phases of a day', () => {
    const phases: Record<string, string> = {
      '2025-03-05T13:00:00Z': 'overnight',
      '2025-03-05T14:30:00Z': 'rth',
      '2025-03-05T20:59:59Z': 'rth',
      '2025-03-05T21:00:00Z': 'evening',
      '2025-03-05T22:00:00Z': 'maintenance',
      '2025-03-05T23:00:00Z': 'overnight',
      '2025-03-07T22:00:00Z': 'closed',
      '2025-12-25T16:00:00Z': 'closed',
      '2025-09-01T15:00:00Z': 'overnight',
      '2019-03-05T21:20:00Z': 'pause',
      '2019-03-05T21:30:00Z': 'evening',
      '2010-01-01T12:00:00Z': 'closed',
    };
    for (const [time, phase] of Object.entries(phases)) assert.equal(sessionPhase(Date.parse(time)), phase, time);
  });

  it('refuses times and dates that it does not know, with a sentence', () => {
    const calls = [
      () => nextRthOpen(Date.parse('2009-12-31T23:59:59.999Z')),
      () => nextRthOpen(Date.parse('2030-12-31T14:30:00Z')),
      () => nextRthOpen(Number.NaN),
      () => tradeDateOf(Date.parse('2031-01-01T00:00:00Z')),
      () => tradeDateOf(Number.POSITIVE_INFINITY),
      () => rthSessionOf('2031-01-02'),
      () => rthSessionOf('2025-13-01'),
      () => globexSessionOf('tomorrow'),
      () => rthSessionsFrom('1999-01-01'),
    ];
    for (const call of calls)
      assert.throws(call, (error) => error instanceof OutsideCalendar && /2010 to 2030/.test(error.message));
  });
});

function isoTime(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString().replace('.000Z', 'Z');
}

function isoDate(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function newYorkTime(ms: number): string {
  return new Date(ms).toLocaleTimeString('en-GB', { timeZone: 'America/New_York', hour: '2-digit', minute: '2-digit' });
}
