import type { PublicConfig } from '../../shared/config/public.js';
import { type BridgeStatus, bridgeStatus } from '../../shared/contract/bridge-status.js';
import { jsonOrUndefined } from '../../shared/fields/json-or-undefined.js';
import { isGlobexOpenAt } from '../../shared/market/calendar/globex-open.js';
import { calendarOfInstrument } from '../../shared/market/calendar/product-calendars.js';
import type { MarketClock } from '../../shared/market/clock/market-clock.js';
import {
  type HistoryName,
  type PublicHistory,
  type PublicState,
  publicHistory,
  publicState,
} from '../../shared/public-record/documents.js';
import type { PublicEntry } from '../../shared/public-record/entry.js';
import type { ReceivedFrom } from '../ingest/received-day.js';
import { newestReceived } from '../ingest/received-since.js';
import type { PublicLog } from './public-log.js';

export interface DocumentFacts {
  readonly config: PublicConfig;
  readonly instrument: string;
  readonly clock: MarketClock;
  readonly status: BridgeStatus | null;
  readonly log: PublicLog;
  /** How often a snapshot comes at this pace. */
  readonly everySeconds: number;
  readonly nowMs: number;
}

/** The bridge's newest word that has come home. */
export async function newestStatus(from: ReceivedFrom): Promise<BridgeStatus | null> {
  const batch = await newestReceived(from, 'status');
  return bridgeStatus.safeParse(jsonOrUndefined(batch?.lines.at(-1) ?? '')).data ?? null;
}

export function stateDocument(facts: DocumentFacts, sequence: number): PublicState {
  const { config, instrument, status, log, everySeconds, nowMs } = facts;
  const release = log.entries.findLast(
    (entry) => entry.kind === 'release' && entry.modelVersion === status?.modelVersion,
  );
  const swap = log.entries.findLast((entry) => entry.kind === 'swap' && entry.outcome === 'swapped');
  return publicState.parse({
    ...{ v: 1, origin: config.origin, sequence, at: new Date(nowMs).toISOString() },
    ...{ synthetic: status?.synthetic ?? true, kind: 'state', instrument, everySeconds },
    market: marketAt(facts),
    bridge: status ? bridgeOf(status, config, nowMs) : null,
    release:
      release?.kind === 'release'
        ? {
            ...{ modelVersion: release.modelVersion, gateVerdict: release.gateVerdict },
            liveSince: swap?.kind === 'swap' && swap.modelVersion === release.modelVersion ? swap.at : null,
          }
        : null,
    cleanDays: log.entries.findLast((entry) => entry.kind === 'day')?.cleanDays ?? 0,
    log: { size: log.size, root: log.rootBase64 },
    limits: {
      stateSeconds: 3 * everySeconds + 60,
      ...{ bridgeSeconds: config.bridgeSeconds, tickSeconds: config.tickSeconds },
    },
  });
}

function bridgeOf(status: BridgeStatus, { showsPosition }: PublicConfig, nowMs: number): PublicState['bridge'] {
  const { positionContracts, regime, wallTime, lastEventAgeMs, trading } = status;
  const saidMs = Date.parse(wallTime);
  const at = new Date(Math.min(saidMs, nowMs)).toISOString();
  return {
    ...{ isUp: status.up ?? status.connection === 'ready', trading, at },
    lastTickAt: lastEventAgeMs == null ? null : new Date(saidMs - lastEventAgeMs).toISOString(),
    lastFillAt: status.lastFill?.wallTime ?? null,
    position: showsPosition ? (positionContracts > 0 ? 'long' : positionContracts < 0 ? 'short' : 'flat') : null,
    regime: regime ? { sessionPhase: regime.sessionPhase, volatility: regime.volatility, trend: regime.trend } : null,
  };
}

/** By the product's calendar: whether Globex is open, and until when on the wall clock that is so. */
export function marketAt({
  instrument,
  clock,
  nowMs,
}: Pick<DocumentFacts, 'instrument' | 'clock' | 'nowMs'>): PublicState['market'] {
  const marketMs = clock.marketMsAt(nowMs);
  const calendar = calendarOfInstrument(instrument);
  const session = calendar.globexSessionOf(calendar.tradeDateOf(marketMs));
  const pause = session?.pause;
  const changes = session
    ? [session.globexOpenMs, session.globexCloseMs, ...(pause ? [pause.startMs, pause.endMs] : [])].filter(
        (ms) => ms > marketMs,
      )
    : [];
  const untilMs = changes.length > 0 ? Math.min(...changes) : marketMs + 3_600_000;
  return {
    time: new Date(marketMs).toISOString(),
    isOpen: isGlobexOpenAt(session, marketMs),
    until: new Date(clock.wallMsAt(untilMs)).toISOString(),
  };
}

const KINDS: Readonly<Record<HistoryName, readonly PublicEntry['kind'][]>> = {
  days: ['day'],
  fills: ['fill'],
  events: ['gate', 'release', 'decision', 'swap', 'incident'],
};
const ROWS: Readonly<Record<HistoryName, number>> = { days: 500, fills: 200, events: 200 };

export function historyDocument(
  name: HistoryName,
  { config, status, log, nowMs }: DocumentFacts,
  sequence: number,
): PublicHistory {
  const rows = [...log.entries.entries()].flatMap(([index, entry]) =>
    KINDS[name].includes(entry.kind) ? [{ index, entry }] : [],
  );
  return publicHistory.parse({
    ...{
      v: 1,
      origin: config.origin,
      sequence,
      at: new Date(nowMs).toISOString(),
      synthetic: status?.synthetic ?? true,
    },
    ...{ kind: 'history', name, total: rows.length, rows: rows.slice(-ROWS[name]) },
  });
}

/** Which documents entries belong to. */
export function documentsOf(entries: readonly PublicEntry[]): HistoryName[] {
  return (Object.keys(KINDS) as HistoryName[]).filter((name) => entries.some(({ kind }) => KINDS[name].includes(kind)));
}
