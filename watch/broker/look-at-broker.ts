import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { type Config, followedFolder } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { parseBatchFile } from '../../shared/contract/batch-stream.js';
import { type BridgeStatus, bridgeStatus } from '../../shared/contract/bridge-status.js';
import { ageText } from '../../shared/fields/age-text.js';
import { isGlobexOpenAt } from '../../shared/market/calendar/globex-open.js';
import { calendarOfInstrument } from '../../shared/market/calendar/product-calendars.js';
import type { MarketClock } from '../../shared/market/clock/market-clock.js';
import { readFollowStatus } from '../../shared/node/contract/follow-status-file.js';
import { contractInUse } from '../../shared/node/contract/rolls-file.js';
import { readJson } from '../../shared/node/files/read-json.js';
import { bad, either, off, type Sighting, well } from '../sighting.js';

/** What a look needs to remember of those before. */
export interface BrokerMemory {
  /** Wall time since which the bridge has no ready connection in Globex hours; null while it has. */
  notReadySinceMs: number | null;
}

/** Watchdogs about the bridge and what it hands on, from the files that they write. */
export function lookAtBroker(
  config: Pick<Config, 'home' | 'watch' | 'instrument' | 'sierra' | 'gateway'>,
  clock: MarketClock,
  memory: BrokerMemory,
  nowMs: number,
): Sighting[] {
  const places = homePlaces(config.home).broker;
  const status = readJson(places.status, bridgeStatus);
  return [
    ...bridgeSightings(config, status, clock, memory, nowMs),
    followerSighting(config, clock, nowMs),
    uploadSighting(config, nowMs),
  ];
}

function bridgeSightings(
  { watch, instrument }: Pick<Config, 'watch' | 'instrument'>,
  status: BridgeStatus | null,
  clock: MarketClock,
  memory: BrokerMemory,
  nowMs: number,
): Sighting[] {
  const names = ['GatewayNotReady', 'NoEvents', 'BridgeAlarm'] as const;
  if (status === null) return [bad('BridgeSilent', 'the bridge has written no status'), ...names.map(unknown)];
  const ageMs = nowMs - Date.parse(status.wallTime);
  const silent = either('BridgeSilent', ageMs > watch.bridgeSilentSeconds * 1000, `status ${ageText(ageMs)} old`);
  // A status that has stopped says how things were.
  if (silent.state === 'alarm') return [silent, ...names.map(unknown)];
  const marketMs = clock.marketMsAt(nowMs);
  const hours = hoursAt(instrument.localSymbol, marketMs);
  return [
    silent,
    connectionSighting(status, hours, memory, watch, nowMs),
    eventSighting(status, hours, watch),
    {
      watchdog: 'BridgeAlarm',
      seen: `${status.alarms?.length ?? 0} open; trading ${status.trading}`,
      state: (status.alarms?.length ?? 0) > 0 ? 'alarm' : 'well',
      conditions: (status.alarms ?? []).map(({ alarm, detail }) => ({
        ...{ name: alarm, about: '', detail: detail.slice(0, 1000) },
        look: 'believe bridge status; docs/bridge.md',
      })),
    },
  ];
}

const FOLLOWER_SILENT_MS = 30_000;

function followerSighting(
  config: Pick<Config, 'home' | 'watch' | 'instrument' | 'sierra' | 'gateway'>,
  clock: MarketClock,
  nowMs: number,
): Sighting {
  const name = 'SecondCaptureDown';
  if (followedFolder(config) === null) return off(name, 'there is no Sierra Chart here: sierra.dataFolder');
  const { rolls, sierraStatus } = homePlaces(config.home).broker;
  let contract: string;
  try {
    contract = contractInUse(rolls, config.instrument);
  } catch (error) {
    return bad(name, `nobody can say which contract is followed: ${(error as Error).message}`);
  }
  const status = readFollowStatus(sierraStatus(contract));
  if (status === null) return bad(name, 'the follower has written no status');
  const ageMs = nowMs - Date.parse(status.at);
  if (ageMs > FOLLOWER_SILENT_MS) return bad(name, `status ${ageText(ageMs)} old`);
  if (status.problem !== null) return bad(name, `cannot follow: ${status.problem}`);
  const { sinceOpenMs } = hoursAt(config.instrument.localSymbol, clock.marketMsAt(nowMs));
  const quietMs =
    status.lastEventAt === null
      ? Number.POSITIVE_INFINITY
      : clock.marketMsAt(nowMs) - clock.marketMsAt(Date.parse(status.lastEventAt));
  const seen = status.lastEventAt === null ? 'no event yet' : `newest event ${ageText(quietMs)} ago`;
  const limitMs = config.watch.feedSilentSeconds * 1000;
  return either(name, sinceOpenMs !== null && Math.min(quietMs, sinceOpenMs) > limitMs, seen);
}

function unknown(watchdog: string): Sighting {
  return { watchdog, seen: 'the bridge is silent', state: 'unknown', conditions: [] };
}

function connectionSighting(
  { connection }: BridgeStatus,
  { isGlobexOpen }: Hours,
  memory: BrokerMemory,
  { connectionSeconds }: Config['watch'],
  nowMs: number,
): Sighting {
  if (connection === 'ready' || !isGlobexOpen) {
    memory.notReadySinceMs = null;
    return well('GatewayNotReady', isGlobexOpen ? 'ready' : `${connection}; Globex is closed`);
  }
  memory.notReadySinceMs ??= nowMs;
  const ageMs = nowMs - memory.notReadySinceMs;
  return either('GatewayNotReady', ageMs > connectionSeconds * 1000, `${connection} for ${ageText(ageMs)}`);
}

function eventSighting(status: BridgeStatus, { sinceOpenMs }: Hours, { feedSilentSeconds }: Config['watch']): Sighting {
  if (sinceOpenMs === null) return well('NoEvents', 'no regular hours now');
  const ageMs = status.lastEventAgeMs ?? Number.POSITIVE_INFINITY;
  const limitMs = feedSilentSeconds * 1000;
  const seen = Number.isFinite(ageMs) ? `last one ${ageText(ageMs)} of market time ago` : 'none since the bridge began';
  return either('NoEvents', Math.min(ageMs, sinceOpenMs) > limitMs, seen);
}

interface Hours {
  readonly isGlobexOpen: boolean;
  /** Since the RTH open; null outside regular hours. */
  readonly sinceOpenMs: number | null;
}

/** By the product's calendar: holidays are closed, and a half-day ends at its half. */
export function hoursAt(instrument: string, marketMs: number): Hours {
  const calendar = calendarOfInstrument(instrument);
  const globex = calendar.globexSessionOf(calendar.tradeDateOf(marketMs));
  const rth = globex?.rth ?? null;
  const isRth = rth !== null && marketMs >= rth.rthOpenMs && marketMs < rth.rthCloseMs;
  return { isGlobexOpen: isGlobexOpenAt(globex, marketMs), sinceOpenMs: isRth ? marketMs - rth.rthOpenMs : null };
}

/** The oldest batch that lies in the outbox: what was acknowledged is deleted there. */
function uploadSighting({ home, watch }: Pick<Config, 'home' | 'watch'>, nowMs: number): Sighting {
  const { outbox } = homePlaces(home).broker;
  if (!existsSync(outbox)) return off('UploadStuck', 'nothing was sealed yet');
  const waiting = readdirSync(outbox).filter((name) => parseBatchFile(name)?.kind === 'envelope');
  if (waiting.length === 0) return well('UploadStuck', 'research has acknowledged everything');
  const oldestMs = Math.min(...waiting.map((name) => mtimeMs(path.join(outbox, name), nowMs)));
  const seen = `${waiting.length} batches wait, the oldest for ${ageText(nowMs - oldestMs)}`;
  return either('UploadStuck', nowMs - oldestMs > watch.uploadSeconds * 1000, seen);
}

/** Acknowledged and deleted meanwhile: as if it were new. */
function mtimeMs(file: string, nowMs: number): number {
  try {
    return statSync(file).mtimeMs;
  } catch {
    return nowMs;
  }
}
