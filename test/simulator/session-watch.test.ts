import assert from 'node:assert/strict';
import { calendarOfInstrument } from '../../shared/market/calendar/product-calendars.js';
import { tradingHours } from '../../simulator/contracts/trading-hours.js';
import { nextOpenMs, SessionWatch } from '../../simulator/orders/session-watch.js';

const at = (time: string) => Date.parse(`2024-${time}:00Z`);

describe("the simulated exchange's sessions", () => {
  it("close and open by the product's own half-day", () => {
    for (const [contract, close] of [
      ['CLF5', '11-29T19:45'],
      ['ESZ4', '11-29T18:15'],
      ['6EZ4', '11-29T18:15'],
    ] as const) {
      const said: string[] = [];
      const calendar = calendarOfInstrument(contract);
      const watch = new SessionWatch(calendar, { onClose: () => said.push('close'), onOpen: () => said.push('open') });
      watch.look(at('11-29T15:00'));
      watch.look(at(close) - 1);
      assert.deepEqual(said, [], contract);
      watch.look(at(close));
      assert.deepEqual(said, ['close'], contract);
      for (const closed of [close, '11-29T20:30', '11-29T22:30']) {
        watch.look(at(closed));
        assert.equal(nextOpenMs(at(closed), calendar), at('12-01T23:00'), `${contract} ${closed}`);
      }
      assert.deepEqual(said, ['close'], contract);
      watch.look(at('12-01T23:00'));
      assert.deepEqual(said, ['close', 'open'], contract);
    }
  });

  it('are what contract details name, each by its product', () => {
    const regular = (contract: string) => tradingHours(at('11-29T12:00'), calendarOfInstrument(contract)).regular;
    assert.match(regular('ESZ4'), /^20241129:1430-20241129:1800;20241130:CLOSED;/);
    assert.match(regular('CLF5'), /^20241129:1400-20241129:1930;20241130:CLOSED;/);
  });
});
