import { readFileSync } from 'node:fs';
import type { Config } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { bridgeStatus } from '../../shared/contract/bridge-status.js';
import { rthSessionsFrom, tradeDateOf } from '../../shared/market/calendar/cme-calendar.js';
import { type ClockSpec, createMarketClock } from '../../shared/market/clock/market-clock.js';
import { clockSpecFile, readClockSpec, writeClockSpec } from '../../shared/node/clock-spec-file.js';

/**
 * Writes the clock that all processes of a home folder share. A replayed market stands still while the stack is down,
 * and never goes back: other settings start a new replay after the last trade date that was played.
 */
export function startSharedClock(config: Config, dayAfterInput: string, wallNowMs: number): ClockSpec {
  const file = clockSpecFile(config.home);
  const spec = nextSpec(config, dayAfterInput, wallNowMs, readClockSpec(file), lastSignOfLifeMs(config.home));
  writeClockSpec(file, spec);
  return spec;
}

export function nextSpec(
  config: Pick<Config, 'clock'>,
  dayAfterInput: string,
  wallNowMs: number,
  existing: ClockSpec | null,
  lastAliveWallMs: number | null,
): ClockSpec {
  const { clock } = config;
  if (clock.kind === 'real') return { kind: 'real' };
  const { speed, beforeOpenSeconds, afterOpenSeconds } = clock;
  const asked = clock.firstTradeDate ?? dayAfterInput;
  const fresh = { kind: 'replay', startedAtWallMs: wallNowMs, speed, beforeOpenSeconds, afterOpenSeconds } as const;
  if (existing?.kind !== 'replay') return { ...fresh, firstTradeDate: asked };

  const stoppedAtWallMs = Math.min(lastAliveWallMs ?? wallNowMs, wallNowMs);
  const goesOn =
    existing.speed === speed &&
    existing.beforeOpenSeconds === beforeOpenSeconds &&
    existing.afterOpenSeconds === afterOpenSeconds &&
    existing.firstTradeDate >= asked;
  if (goesOn) return { ...existing, startedAtWallMs: existing.startedAtWallMs + (wallNowMs - stoppedAtWallMs) };
  const played = tradeDateOf(createMarketClock(existing).marketMsAt(stoppedAtWallMs));
  return { ...fresh, firstTradeDate: asked > played ? asked : tradeDateAfter(played) };
}

/** The next trade date with RTH. */
export function tradeDateAfter(tradeDate: string): string {
  return rthSessionsFrom(tradeDate).find((session) => session.tradeDate > tradeDate)!.tradeDate;
}

/** When the stack was last seen running: the bridge writes its status each second. */
function lastSignOfLifeMs(home: string): number | null {
  try {
    const status = bridgeStatus.parse(JSON.parse(readFileSync(homePlaces(home).broker.status, 'utf8')));
    return Date.parse(status.wallTime);
  } catch {
    return null;
  }
}
