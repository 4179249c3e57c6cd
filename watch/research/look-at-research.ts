import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { type Config, publishes } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { IB_SOURCE } from '../../shared/contract/capture-source.js';
import { type ReceiverStatus, receiverStatus } from '../../shared/contract/receiver-status.js';
import { streamHead } from '../../shared/contract/stream-head.js';
import { ageText } from '../../shared/fields/age-text.js';
import { calendarOfInstrument } from '../../shared/market/calendar/product-calendars.js';
import type { MarketClock } from '../../shared/market/clock/market-clock.js';
import { readJson, readStamped } from '../../shared/node/files/read-json.js';
import { releaseStatement } from '../../shared/trust/statement.js';
import { bad, type Condition, either, off, type Sighting, well } from '../sighting.js';

/** What a look needs to remember of those before: since when (wall time) a trade date has been missing somewhere. */
export interface ResearchMemory {
  readonly missingSinceMs: Record<string, number>;
}

const RECEIVER_SILENT_MS = 60_000;
const DAY_MS = 86_400_000;
/** Dates that ended longer ago are no news. */
const DATES_LOOKED_AT = 3;

/** Watchdogs about what lies on research, from the files of its processes. */
export function lookAtResearch(
  config: Pick<Config, 'home' | 'watch' | 'instrument' | 'upload' | 'public'>,
  clock: MarketClock,
  memory: ResearchMemory,
  liveVersion: number | null,
  nowMs: number,
): Sighting[] {
  return [
    ...receiverSightings(config, nowMs),
    ...brokerSightings(config, nowMs),
    ...daySightings(config, clock, memory, nowMs),
    findingSighting(config),
    capturesSighting(config),
    releaseSighting(config, liveVersion, nowMs),
    publishSighting(config, memory, nowMs),
  ];
}

function receiverSightings({ home, upload }: Pick<Config, 'home' | 'upload'>, nowMs: number): Sighting[] {
  if (!upload.enabled) return ['ReceiverSilent', 'ReceiverAlarm'].map((name) => off(name, 'upload.enabled is false'));
  const status = readJson(path.join(homePlaces(home).receiver.folder, 'status.json'), receiverStatus);
  if (status === null)
    return [bad('ReceiverSilent', 'the receiver has written no status'), off('ReceiverAlarm', 'not known')];
  const ageMs = nowMs - Date.parse(status.at);
  const conditions = receiverConditions(status);
  return [
    either('ReceiverSilent', ageMs > RECEIVER_SILENT_MS, `status ${ageText(ageMs)} old`),
    {
      watchdog: 'ReceiverAlarm',
      seen: `${status.batchesTaken} batches taken since its start, ${status.setAside.length} set aside`,
      state: conditions.length > 0 ? 'alarm' : 'well',
      conditions,
    },
  ];
}

const posted = z.object({ lastMs: z.number() });

/** Before the first post, since the first look. */
function publishSighting(
  config: Pick<Config, 'home' | 'watch' | 'upload' | 'public'>,
  { missingSinceMs }: ResearchMemory,
  nowMs: number,
): Sighting {
  if (!publishes(config)) return off('PublishLate', 'nothing is published: public.enabled or upload.enabled is false');
  const lastMs = readJson(homePlaces(config.home).public.posted, posted)?.lastMs ?? 0;
  missingSinceMs.PublishLate ??= nowMs;
  const ageMs = nowMs - (lastMs > 0 ? lastMs : missingSinceMs.PublishLate);
  const seen = lastMs > 0 ? `published ${ageText(ageMs)} ago` : 'nothing was published yet';
  return either('PublishLate', ageMs > config.watch.publishSeconds * 1000, seen);
}

function receiverConditions({ stopped, waiting, setAside }: ReceiverStatus): Condition[] {
  return [
    ...(stopped === null ? [] : [{ name: 'ReceiverStopped', about: '', detail: stopped, look: 'believe path status' }]),
    ...setAside.slice(0, 20).map(({ id, reason, message }) => ({
      ...{ name: 'BatchSetAside', about: id, detail: `${reason}: ${message}`.slice(0, 1000) },
      look: `believe path quarantine show ${id}`,
    })),
    ...waiting
      .filter(({ isOverdue }) => isOverdue)
      .map(({ stream, seq, reason, secondsWaited }) => ({
        ...{ name: 'BatchOverdue', about: stream, look: 'believe path status' },
        detail: `batch ${seq} of ${stream} waits for ${ageText(1000 * secondsWaited)}: ${reason}`,
      })),
  ];
}

/** The broker as its newest batches show it: what has arrived was verified by the receiver. */
function brokerSightings(
  { home, upload, watch }: Pick<Config, 'home' | 'upload' | 'watch'>,
  nowMs: number,
): Sighting[] {
  const folder = path.join(homePlaces(home).receiver.folder, 'heads');
  const heads = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  const sealed = heads.flatMap((name) => {
    const head = readJson(path.join(folder, name), streamHead);
    return head?.broker === upload.broker && head.sealed !== null ? [Date.parse(head.sealed)] : [];
  });
  if (sealed.length === 0)
    return ['BrokerSilent', 'ClocksApart'].map((name) => off(name, 'nothing has come from a broker yet'));
  const newestMs = Math.max(...sealed);
  const ageMs = nowMs - newestMs;
  const aheadMs = newestMs - nowMs;
  return [
    either('BrokerSilent', ageMs > watch.brokerSilentSeconds * 1000, `newest batch sealed ${ageText(ageMs)} ago`),
    either(
      'ClocksApart',
      aheadMs > watch.clockSeconds * 1000,
      aheadMs > 0 ? `newest batch bears a time ${ageText(aheadMs)} ahead` : 'no time of the future',
    ),
  ];
}

function daySightings(
  { home, watch, instrument }: Pick<Config, 'home' | 'watch' | 'instrument'>,
  clock: MarketClock,
  memory: ResearchMemory,
  nowMs: number,
): Sighting[] {
  const places = homePlaces(home).research;
  const captured = datesUnder(path.join(places.store, 'days'), BRIDGE_CAPTURES);
  const first = [...captured].sort()[0];
  if (first === undefined) return ['CaptureMissing', 'MonitorMissing'].map((name) => off(name, 'no captured day yet'));
  const ended = endedDates(instrument.localSymbol, clock.marketMsAt(nowMs)).filter((date) => date >= first);
  const monitored = datesUnder(places.monitor);
  const overdue = (kind: string, has: ReadonlySet<string>, hours: number) => {
    const missing = ended.filter((date) => !has.has(date));
    for (const key of Object.keys(memory.missingSinceMs))
      if (key.startsWith(`${kind} `) && !missing.includes(key.slice(kind.length + 1)))
        delete memory.missingSinceMs[key];
    return missing.filter((date) => {
      memory.missingSinceMs[`${kind} ${date}`] ??= nowMs;
      return nowMs - memory.missingSinceMs[`${kind} ${date}`]! > hours * 3_600_000;
    });
  };
  return [
    ofDates('CaptureMissing', overdue('capture', captured, watch.captureHours), captured, 'in the store'),
    ofDates('MonitorMissing', overdue('monitor', monitored, watch.monitorHours), monitored, 'monitored'),
  ];
}

function ofDates(watchdog: string, overdue: readonly string[], has: ReadonlySet<string>, what: string): Sighting {
  const newest = [...has].sort().at(-1) ?? 'none';
  if (overdue.length === 0) return well(watchdog, `newest ${what}: ${newest}`);
  const conditions = overdue.map((date) => ({
    name: watchdog,
    about: date,
    detail: `${date} is not ${what}; newest: ${newest}`,
  }));
  return { watchdog, seen: `missing: ${overdue.join(', ')}`, state: 'alarm', conditions };
}

/** The newest trade dates that have ended by the product's calendar; weekends and holidays have none. */
function endedDates(instrument: string, marketMs: number): string[] {
  const calendar = calendarOfInstrument(instrument);
  const dates: string[] = [];
  for (let back = 0; dates.length < DATES_LOOKED_AT && back < 14; back++) {
    const date = new Date(marketMs - back * DAY_MS).toISOString().slice(0, 10);
    const session = calendar.globexSessionOf(date);
    if (session?.rth && session.dateEndMs <= marketMs) dates.push(date);
  }
  return dates;
}

/** Where a second capture is there too, the bridge's is the one that must be. */
const BRIDGE_CAPTURES = `capture-${IB_SOURCE}-`;

/** `<folder>/<name>/<date>.json`, of names that begin so. */
function datesUnder(folder: string, beginning = ''): Set<string> {
  if (!existsSync(folder)) return new Set();
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.startsWith(beginning));
  return new Set(names.flatMap((name) => /(\d{4}-\d\d-\d\d)\.json$/.exec(name)?.[1] ?? []));
}

/**
 * The newest `<contract>/<date>.json` of the contract; where it is rolled, those of all its product's contracts of that date: two
 * are captured around a roll. Null where there is none.
 */
function newestReports(folder: string, { localSymbol, symbol, roll }: Config['instrument']) {
  const isOurs = (name: string) =>
    roll === null ? name === localSymbol : name.startsWith(symbol) && MONTH.test(name.slice(symbol.length));
  const contracts = (existsSync(folder) ? readdirSync(folder) : []).filter(isOurs);
  const datesOf = (contract: string) => datesUnder(path.join(folder, contract));
  const date = contracts
    .flatMap((contract) => [...datesOf(contract)])
    .sort()
    .at(-1);
  if (date === undefined) return null;
  const files = contracts
    .filter((contract) => datesOf(contract).has(date))
    .map((contract) => path.join(folder, contract, `${date}.json`));
  return { date, files };
}

const MONTH = /^[FGHJKMNQUVXZ]\d{1,2}$/;

/** As much of a monitored day as becomes alarms. */
const reportFindings = z.object({
  tradeDate: z.iso.date(),
  parity: z.object({ logged: z.number() }).optional(),
  findings: z.array(z.object({ alarm: z.string(), about: z.string(), sentence: z.string(), look: z.string() })),
});
/** These wake somebody: the model that trades is not the one that was tested, or must not trade on. */
const PAGES: ReadonlySet<string> = new Set(['ParityBroken', 'KillCriterionMet']);

function findingSighting({ home, instrument }: Pick<Config, 'home' | 'instrument'>): Sighting {
  const newest = newestReports(homePlaces(home).research.monitor, instrument);
  if (newest === null) return off('MonitorAlarm', 'no monitored day yet');
  const reports = newest.files.flatMap((file) => readStamped('monitor report', file, reportFindings) ?? []);
  if (reports.length < newest.files.length) return bad('MonitorAlarm', `${newest.date}.json cannot be read`);
  // Of two contracts of a date the one that was traded counts: of the other nothing was decided.
  const report = reports.reduce((a, b) => ((b.parity?.logged ?? 0) > (a.parity?.logged ?? 0) ? b : a));
  return {
    watchdog: 'MonitorAlarm',
    seen: `${report.tradeDate}: ${report.findings.length === 0 ? 'all is well' : `${report.findings.length} to look at`}`,
    state: report.findings.length > 0 ? 'alarm' : 'well',
    conditions: report.findings.slice(0, 50).map(({ alarm, about, sentence, look }) => ({
      ...{ name: alarm, about, look, detail: `${report.tradeDate}: ${sentence}`.slice(0, 1000) },
      severity: PAGES.has(alarm) ? ('page' as const) : ('warn' as const),
    })),
  };
}

/** As much of a comparison of two captures as becomes alarms. */
const comparison = z.object({
  verdict: z.enum(['agree', 'doubtful', 'incomparable']),
  findings: z.array(z.object({ kind: z.string(), sentence: z.string() })),
});

function capturesSighting({ home, instrument }: Pick<Config, 'home' | 'instrument'>): Sighting {
  const found = newestReports(homePlaces(home).research.reconcile, instrument);
  if (found === null) return off('CapturesDisagree', 'no two captures of a day were compared yet');
  const { date: newest } = found;
  const reports = found.files.flatMap((file) => readStamped('reconcile report', file, comparison) ?? []);
  if (reports.length < found.files.length) return bad('CapturesDisagree', `the comparison of ${newest} cannot be read`);
  const report = reports.find(({ verdict }) => verdict !== 'agree') ?? reports[0]!;
  const { verdict, findings } = report;
  return {
    watchdog: 'CapturesDisagree',
    seen: `${newest}: ${verdict}`,
    state: verdict === 'agree' ? 'well' : 'alarm',
    conditions: findings.slice(0, 20).map(({ kind, sentence }) => ({
      ...{ name: 'CapturesDisagree', about: kind, detail: `${newest}: ${sentence}`.slice(0, 1000) },
    })),
  };
}

function releaseSighting(
  { home, watch }: Pick<Config, 'home' | 'watch'>,
  liveVersion: number | null,
  nowMs: number,
): Sighting {
  if (liveVersion === null) return off('ReleaseExpiring', 'no release is live');
  const file = path.join(homePlaces(home).research.releases, `believe-v${liveVersion}.statement.json`);
  const statement = readJson(file, releaseStatement);
  if (statement === null) return bad('ReleaseExpiring', `the statement of v${liveVersion} cannot be read`);
  const leftMs = Date.parse(statement.predicate.expires) - nowMs;
  const seen = `v${liveVersion} ${leftMs > 0 ? `expires in ${ageText(leftMs)}` : 'has expired'}`;
  return either('ReleaseExpiring', leftMs < watch.releaseExpiryDays * DAY_MS, seen);
}
