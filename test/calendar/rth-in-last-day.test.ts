import assert from 'node:assert/strict';
import { hadRthInLastDay } from '../../shared/market/calendar/cme-calendar.js';

describe('an RTH session in the last day', () => {
  for (const [what, at, had] of [
    ['a weekday evening', '2025-11-25T23:30:00Z', true],
    ['Thanksgiving evening', '2025-11-27T23:30:00Z', false],
    ['the evening of a half-day', '2025-11-28T23:30:00Z', true],
    ['a Sunday evening', '2025-11-30T23:30:00Z', false],
    ['the Monday on which clocks have gone forward', '2025-03-10T22:30:00Z', true],
  ] as const) {
    it(`is ${had ? 'there' : 'missing'} on ${what}`, () => assert.equal(hadRthInLastDay(Date.parse(at)), had));
  }
});
