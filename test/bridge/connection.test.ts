import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LANES, type Lane, Pacer } from '../../bridge/connection/pacer.js';
import { inRestartWindow, isRestartExpected } from '../../bridge/connection/restart-windows.js';
import type { Order } from '../../bridge/orders/order-ledger.js';
import { StuckOrders } from '../../bridge/orders/stuck-orders.js';
import { configSchema } from '../../shared/config/config.js';

describe('pacer', () => {
  it('never sends more than the limit in any second, and keeps part of it for cancels', () => {
    let nowMs = 0;
    const sent: string[] = [];
    const pacer = new Pacer(() => nowMs, { perSecondMax: 10, reservedForCancels: 4, waitingMax: 100 });
    for (let i = 0; i < 20; i++) pacer.submit('order', () => sent.push(`order ${i}`));
    assert.equal(sent.length, 6);
    for (let i = 0; i < 4; i++) pacer.submit('cancel', () => sent.push(`cancel ${i}`));
    assert.equal(sent.length, 10, 'cancels overtook the fourteen orders that wait');
    pacer.submit('cancel', () => sent.push('cancel late'));
    assert.equal(sent.length, 10);
    nowMs = 1000;
    pacer.submit('cancel', () => sent.push('cancel last'));
    assert.deepEqual(sent.slice(10, 12), ['cancel late', 'cancel last']);
    assert.equal(sent.slice(10).length, 6);
    pacer.dropAll();
  });

  it('tells what was never sent when the connection ends, and refuses when too much waits', () => {
    const dropped: number[] = [];
    const pacer = new Pacer(() => 0, { perSecondMax: 1, reservedForCancels: 0, waitingMax: 3 });
    const results = [0, 1, 2, 3, 4].map((i) =>
      pacer.submit(
        'order',
        () => undefined,
        () => dropped.push(i),
      ),
    );
    assert.deepEqual(results, [true, true, true, true, false]);
    pacer.dropAll();
    assert.deepEqual(dropped, [1, 2, 3]);
    assert.equal(pacer.waitingCount, 0);
  });
});

describe('what is sent at once', () => {
  const limits = { perSecondMax: 10, reservedForCancels: 4, waitingMax: 100 };

  it('counts as what is submitted does: no second sees more than the limit, and cancels keep their part', () => {
    let nowMs = 0;
    const pacer = new Pacer(() => nowMs, limits);
    pacer.submit('request', () => undefined);
    pacer.submit('order', () => undefined);
    assert.deepEqual(
      [1, 2, 3, 4, 5].map(() => pacer.takeNow('order')),
      [true, true, true, true, false],
    );
    assert.equal(pacer.takeNow('request'), false);
    assert.deepEqual(
      [1, 2, 3, 4, 5].map(() => pacer.takeNow('cancel')),
      [true, true, true, true, false],
    );
    nowMs = 999.9;
    assert.equal(pacer.takeNow('cancel'), false);
    let isSent = false;
    pacer.submit('cancel', () => {
      isSent = true;
    });
    assert.equal(isSent, false, 'what is refused takes nothing, what is taken leaves nothing to others');
    nowMs = 1000;
    pacer.dropAll();
    assert.deepEqual(
      [1, 2, 3, 4, 5, 6, 7].map(() => pacer.takeNow('order')),
      [true, true, true, true, true, true, false],
    );
  });

  it('goes ahead of what is less urgent and waits, and never ahead of its equal or of what is more urgent', () => {
    let nowMs = 0;
    const pacer = new Pacer(() => nowMs, limits);
    for (let i = 0; i < 6; i++) assert.ok(pacer.takeNow('order'));
    pacer.submit('order', () => assert.fail('its timer has not come'));
    assert.equal(pacer.takeNow('cancel'), true, 'past the order that waits');
    nowMs = 2000;
    assert.equal(pacer.takeNow('order'), false, 'another order came first, though there is room by now');
    assert.equal(pacer.takeNow('request'), false);
    assert.equal(pacer.takeNow('cancel'), true);
    pacer.dropAll();
    assert.equal(pacer.takeNow('order'), true);
    assert.equal(pacer.waitingCount, 0);
  });

  it('is never more than the limit in any second, whatever is asked for and when', () => {
    const lane = fc.constantFrom(...LANES);
    const step = fc.record({ lane, isDirect: fc.boolean(), laterMs: fc.constantFrom(0, 0, 0, 1, 40, 500, 1000) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        let nowMs = 0;
        const sent: { lane: Lane; atMs: number }[] = [];
        const pacer = new Pacer(() => nowMs, limits);
        for (const { lane, isDirect, laterMs } of steps) {
          nowMs += laterMs;
          const note = () => sent.push({ lane, atMs: nowMs });
          if (!isDirect) pacer.submit(lane, note);
          else if (pacer.takeNow(lane)) note();
        }
        pacer.dropAll();
        for (const { atMs } of sent) {
          const second = sent.filter((one) => one.atMs > atMs - 1000 && one.atMs <= atMs);
          assert.ok(second.length <= limits.perSecondMax);
          const others = second.findLastIndex((one) => one.lane !== 'cancel') + 1;
          assert.ok(others <= limits.perSecondMax - limits.reservedForCancels);
        }
      }),
    );
  });
});

describe('restart windows', () => {
  const { restart } = configSchema.parse({}).bridge;
  const at = (iso: string) => inRestartWindow(Date.parse(iso), restart);

  it('cover the nightly restart from a minute before, in the time zone of the gateway, summer and winter', () => {
    assert.equal(at('2026-01-08T04:43:30Z'), false);
    assert.equal(at('2026-01-08T04:44:00Z'), true, '23:44 in New York, winter');
    assert.equal(at('2026-01-08T04:49:30Z'), true);
    assert.equal(at('2026-01-08T04:51:00Z'), false);
    assert.equal(at('2026-07-08T03:46:00Z'), true, '23:46 in New York, summer');
  });

  it('cover the weekly login, also where it runs into the next day', () => {
    assert.equal(at('2026-01-11T05:58:00Z'), false);
    assert.equal(at('2026-01-11T12:00:00Z'), true, 'Sunday morning in New York');
    assert.equal(at('2026-01-12T12:00:00Z'), false);
    const late = { ...restart, weeklyDay: 'SATURDAY', weeklyAt: '22:00', weeklyMinutes: 240 } as const;
    assert.equal(inRestartWindow(Date.parse('2026-01-11T06:30:00Z'), late), true, 'Sunday 01:30, begun on Saturday');
  });

  it('do not concern a replayed market, whose gateway is a simulator', () => {
    const nightlyMs = Date.parse('2026-01-08T04:46:00Z');
    assert.equal(isRestartExpected(configSchema.parse({ clock: { kind: 'replay' } }), nightlyMs), false);
    assert.equal(isRestartExpected(configSchema.parse({ clock: { kind: 'real' } }), nightlyMs), true);
  });
});

describe('stuck orders', () => {
  it('are those that stay in a passing state for too long, told again each time it passes', () => {
    const stuck = new StuckOrders(1000);
    const order = { orderRef: 'a', state: 'cancelling' } as Order;
    const resting = { orderRef: 'b', state: 'working' } as Order;
    assert.deepEqual(stuck.look([order, resting], 0), []);
    assert.deepEqual(stuck.look([order, resting], 999), []);
    assert.deepEqual(stuck.look([order, resting], 1000), [order]);
    assert.deepEqual(stuck.look([order, resting], 1500), []);
    assert.deepEqual(stuck.look([order, resting], 2000), [order]);
    assert.deepEqual(stuck.look([{ ...order, state: 'cancelled' }], 9000), []);
  });
});
