import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { BadInput } from '../../shared/failure.js';
import { nextRthOpen } from '../../shared/market/calendar/cme-calendar.js';
import { OutsideCalendar } from '../../shared/market/calendar/session-calendar.js';
import { type ClockSpec, createMarketClock } from '../../shared/market/clock/market-clock.js';
import { clockSpecFile, readClockSpec, writeClockSpec } from '../../shared/node/clock-spec-file.js';

const STARTED_MS = Date.UTC(2026, 0, 5, 12);
const usual = {
  kind: 'replay',
  startedAtWallMs: STARTED_MS,
  firstTradeDate: '2014-01-16',
  speed: 6,
  beforeOpenSeconds: 30,
  afterOpenSeconds: 300,
} as const satisfies ClockSpec;

const anySpec = fc.record({
  kind: fc.constant('replay' as const),
  startedAtWallMs: fc.integer({ min: 0, max: STARTED_MS }),
  firstTradeDate: fc.constantFrom('2014-01-16', '2019-08-30', '2025-03-07', '2025-10-31'),
  speed: fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0.25, max: 60, noNaN: true })),
  beforeOpenSeconds: fc.integer({ min: 1, max: 3600 }),
  afterOpenSeconds: fc.integer({ min: 1, max: 3600 }),
});
/** Windows played; the shortest calendar above has more than a thousand. */
const windowsPlayed = fc.double({ min: 0, max: 900, noNaN: true });

function wallMsAfter(spec: Extract<ClockSpec, { kind: 'replay' }>, windows: number): number {
  const windowWallMs = ((spec.beforeOpenSeconds + spec.afterOpenSeconds) * 1000) / spec.speed;
  return Math.floor(spec.startedAtWallMs + windows * windowWallMs);
}

describe('market clock', () => {
  it('is the wall clock where the spec says real', () => {
    const clock = createMarketClock({ kind: 'real' }, () => 1234);
    assert.deepEqual([clock.nowMs(), clock.marketMsAt(7), clock.wallMsAt(7)], [1234, 7, 7]);
  });

  it('comes to an RTH open every 55 seconds as it is set up', () => {
    const clock = createMarketClock(usual);
    let marketMs = clock.marketMsAt(STARTED_MS);
    for (let opens = 0; opens < 300; opens++) {
      const { rthOpenMs } = nextRthOpen(marketMs);
      assert.equal(clock.wallMsAt(rthOpenMs), STARTED_MS + 5000 + opens * 55_000);
      marketMs = rthOpenMs;
    }
    assert.equal(new Date(clock.marketMsAt(STARTED_MS)).toISOString(), '2014-01-16T14:29:30.000Z');
  });

  it('waits at its first moment while the wall clock is before its start', () => {
    const clock = createMarketClock(usual);
    assert.equal(clock.marketMsAt(STARTED_MS - 1e9), clock.marketMsAt(STARTED_MS));
  });

  it('never runs back', () => {
    fc.assert(
      fc.property(anySpec, windowsPlayed, fc.double({ min: 0, max: 3, noNaN: true }), (spec, windows, more) => {
        const clock = createMarketClock(spec);
        const later = clock.marketMsAt(wallMsAfter(spec, windows + more));
        assert.ok(later >= clock.marketMsAt(wallMsAfter(spec, windows)));
      }),
    );
  });

  it('finds the first wall millisecond at which a market time is reached', () => {
    fc.assert(
      fc.property(anySpec, windowsPlayed, fc.integer({ min: 0, max: 86_400_000 }), (spec, windows, aheadMs) => {
        const clock = createMarketClock(spec);
        const marketMs = clock.marketMsAt(wallMsAfter(spec, windows)) + aheadMs;
        const wallMs = clock.wallMsAt(marketMs);
        assert.ok(Number.isInteger(wallMs));
        assert.ok(clock.marketMsAt(wallMs) >= marketMs);
        if (wallMs > spec.startedAtWallMs) assert.ok(clock.marketMsAt(wallMs - 1) < marketMs);
      }),
    );
  });

  it('says so when every trade date has been played', () => {
    const clock = createMarketClock({ ...usual, firstTradeDate: '2030-12-30' });
    assert.doesNotThrow(() => clock.marketMsAt(STARTED_MS + 2 * 55_000 - 1));
    assert.throws(() => clock.marketMsAt(STARTED_MS + 2 * 55_000), OutsideCalendar);
    assert.throws(() => clock.wallMsAt(Date.UTC(2031, 0, 1)), OutsideCalendar);
  });
});

describe('market clock file', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(path.join(os.tmpdir(), 'believe-clock-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it('gives back the spec that was written, so that a stopped home goes on in the same market time', () => {
    const file = clockSpecFile(home);
    assert.equal(readClockSpec(file), null);
    writeClockSpec(file, usual);
    assert.deepEqual(readClockSpec(file), usual);
  });

  it('names the file and the field where it holds something else', () => {
    const file = clockSpecFile(home);
    writeFileSync(file, JSON.stringify({ ...usual, speed: 0 }));
    assert.throws(
      () => readClockSpec(file),
      (error) => error instanceof BadInput && error.message.includes(`${file} (speed)`),
    );
    writeFileSync(file, '{"kind":');
    assert.throws(() => readClockSpec(file), BadInput);
  });
});
