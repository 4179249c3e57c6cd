import { EXCEPTIONS } from './exceptions.js';
import { ENERGY_AND_METALS, FX, OTHER, RATES } from './group-exceptions.js';
import { CHICAGO, NEW_YORK, type SessionRules } from './session-rules.js';

/** Its Globex hours before 2012-11-19 are a rule of thumb; regular hours are those of the American stock market. */
export const EQUITY_INDEX: SessionRules = {
  globexHours(tradeDate) {
    if (tradeDate < '2012-11-19') return { open: '15:30', close: '15:15', pause: null };
    const pause = tradeDate < '2021-06-28' ? { start: '15:15', end: '15:30' } : null;
    return { open: '17:00', close: '16:00', pause };
  },
  rth: { open: '09:30', close: '16:00', winterHoursBehindUtc: NEW_YORK },
  exceptions: EXCEPTIONS,
  dateTurnsAt: 'close',
};

/** Until the exchange began its maintenance at 16:00, energy and metals went on for a quarter of an hour. */
const untilQuarterPast: SessionRules['globexHours'] = (tradeDate) => ({
  open: '17:00',
  close: tradeDate < '2015-09-21' ? '16:15' : '16:00',
  pause: null,
});
const untilFour: SessionRules['globexHours'] = () => ({ open: '17:00', close: '16:00', pause: null });

/** Regular hours of these are their former trading floors'. */
export const ENERGY: SessionRules = {
  globexHours: untilQuarterPast,
  rth: { open: '09:00', close: '14:30', winterHoursBehindUtc: NEW_YORK },
  exceptions: ENERGY_AND_METALS,
  dateTurnsAt: 'usual-close',
};

export const METALS: SessionRules = {
  ...ENERGY,
  rth: { open: '08:20', close: '13:30', winterHoursBehindUtc: NEW_YORK },
};

export const INTEREST_RATES: SessionRules = {
  globexHours: untilFour,
  rth: { open: '07:20', close: '14:00', winterHoursBehindUtc: CHICAGO },
  exceptions: RATES,
  dateTurnsAt: 'usual-close',
};

export const FOREIGN_EXCHANGE: SessionRules = { ...INTEREST_RATES, exceptions: FX };

/** What a product of no group is dated by: the day that all have in common, without early closes. */
export const COMMON_DAY: SessionRules = {
  globexHours: untilQuarterPast,
  rth: EQUITY_INDEX.rth,
  exceptions: OTHER,
  dateTurnsAt: 'usual-close',
};
