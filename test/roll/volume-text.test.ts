import assert from 'node:assert/strict';
import { volumeLines } from '../../cli/roll/volume-text.js';
import { rollConfig } from '../../shared/config/market.js';
import type { RollStatus } from '../../shared/contract/bridge-status.js';

const STATUS: RollStatus = {
  ...{ current: 'ESU9', lastTradeDate: '2019-09-20', next: 'ESZ9', nextLastTradeDate: '2019-12-20', rule: 'volume' },
  ...{ calendarDaysBeforeExpiry: 8, rollDate: '2019-09-12', fromMarketTime: '2019-09-11T21:00:00.000Z', isDue: false },
  ...{ inTheWay: [], capturedBeside: ['ESZ9'], last: null },
};
const dated = (tradeDate: string, present: number | null, next: number | null, missing: string | null = null) => ({
  ...{ tradeDate, present, next, missing },
  isNextMore: present !== null && next !== null && next > present,
});
const linesOf = (volume: RollStatus['volume'], confirmTradeDates = 2) =>
  volumeLines({ ...STATUS, volume }, rollConfig.parse({ rule: 'volume', confirmTradeDates }));

describe('volumes in `believe roll status`', () => {
  const dates = [
    dated('2019-09-06', 1_402_311, 90_211),
    dated('2019-09-09', null, 150, 'ESU9 has not come home'),
    dated('2019-09-10', 700_000, 800_000),
  ];

  it('come date by date, with what a decision lacks', () => {
    assert.deepEqual(linesOf({ watchDate: '2019-09-06', decidedBy: null, dates }), [
      'volumes     trade date        ESU9        ESZ9',
      '            2019-09-06     1402311       90211  ESZ9 has no more',
      '            2019-09-09           -         150  ESU9 has not come home',
      '            2019-09-10      700000      800000  ESZ9 has more',
      'decision    lacks 1 more trade date(s) in a row on which ESZ9 has more; 2019-09-12 at the latest',
    ]);
  });

  it('say by which date it is decided, and when there is nothing to compare yet', () => {
    const decided = linesOf({ watchDate: '2019-09-06', decidedBy: '2019-09-10', dates }, 1);
    assert.equal(decided.at(-1), 'decision    ESZ9 by volume of 2019-09-10: as soon as regular hours are not on');
    assert.deepEqual(linesOf({ watchDate: '2019-09-06', decidedBy: null, dates: [] }), [
      'volumes     none yet: compared from 2019-09-06 on',
    ]);
    assert.deepEqual(linesOf(null), []);
    assert.deepEqual(linesOf(undefined), [], 'a bridge of an earlier version');
  });
});
