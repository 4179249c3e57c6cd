import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MarketHours } from '../../bridge/market-hours.js';
import { nextRthOpen } from '../../shared/market/calendar/cme-calendar.js';
import { clockInSession, Rig } from '../bridge/rig.js';

describe('attack: whoever arms a swap says when it happens', () => {
  let rig: Rig | undefined;
  afterEach(async () => {
    await rig?.end();
    rig = undefined;
  });

  const MINUTE_MS = 60_000;

  it('waits for the next open, where it was armed in mid-session for at once', async () => {
    rig = await Rig.start({ clock: clockInSession(20, 10 * MINUTE_MS) });
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1, { atOpen: true }), 0);
    await sleep(6000);
    assert.deepEqual(rig.swaps(), []);
    assert.equal(rig.status()?.modelVersion, null);
  });

  it('is not taken for a rollback where the request says so', async () => {
    rig = await Rig.start({ clock: clockInSession(20, 10 * MINUTE_MS) });
    await rig.startBridge();
    const armed = await rig.toys.accept(1, { atOpen: true });
    const request = { ...armed, notBeforeMarketMs: 0, rollbackOf: { modelVersion: 1, payloadSha256: '0'.repeat(64) } };
    rig.toys.arm(armed, 0);
    writeFileSync(path.join(rig.broker, 'armed', 'swap.json'), JSON.stringify(request));
    await sleep(6000);
    assert.deepEqual(rig.swaps(), []);
  });

  it('happens at the open by the calendar where it was armed before it', async () => {
    const beforeOpen = clockInSession(20, -60_000);
    rig = await Rig.start({ clock: { ...beforeOpen, beforeOpenSeconds: 120 } as typeof beforeOpen });
    await rig.startBridge();
    const armedAtMs = rig.clock.nowMs();
    rig.toys.arm(await rig.toys.accept(1, { atOpen: true }), 0);
    await rig.until('v1', ({ modelVersion }) => modelVersion === 1);
    const swappedMs = Date.parse(rig.swaps()[0]!.marketTime);
    const { rthOpenMs } = nextRthOpen(armedAtMs);
    assert.ok(armedAtMs < rthOpenMs);
    assert.ok(swappedMs >= rthOpenMs, `${swappedMs - rthOpenMs} ms after the open`);
    assert.ok(swappedMs < rthOpenMs + 2 * MINUTE_MS, `${swappedMs - rthOpenMs} ms after the open`);
  });

  it('happens later than the open where that was asked for, but never between opens', () => {
    const hours = MarketHours.of({
      instrument: { symbol: 'ES', firstNoticeDate: null },
      risk: { daysBeforeExpiry: 1 },
    } as unknown as Parameters<typeof MarketHours.of>[0]);
    const { rthOpenMs } = nextRthOpen(Date.parse('2019-08-29T00:00:00Z'));
    const next = nextRthOpen(rthOpenMs).rthOpenMs;
    assert.equal(hours.openNowOrNextMs(rthOpenMs - 5 * 3_600_000), rthOpenMs);
    assert.equal(hours.openNowOrNextMs(rthOpenMs), rthOpenMs);
    assert.equal(hours.openNowOrNextMs(rthOpenMs + 30_000), rthOpenMs, 'a moment later it is the open still');
    assert.equal(hours.openNowOrNextMs(rthOpenMs + 2 * MINUTE_MS), next);
    assert.equal(
      hours.openNowOrNextMs(Date.parse('2019-08-30T21:00:00Z')),
      nextRthOpen(Date.parse('2019-09-01')).rthOpenMs,
    );
    assert.equal(hours.openNowOrNextMs(Date.parse('2050-01-01')), Number.POSITIVE_INFINITY);
  });
});
