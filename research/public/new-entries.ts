import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { alarmLine } from '../../shared/contract/alarm-line.js';
import { swapRecord } from '../../shared/contract/swap-record.js';
import { BadInput } from '../../shared/failure.js';
import { jsonOrUndefined } from '../../shared/fields/json-or-undefined.js';
import type { EntryOf, EntrySource, PublicEntry, PublicFill } from '../../shared/public-record/entry.js';
import { sealedHash } from '../../shared/public-record/seal-fill.js';
import { releaseStatement } from '../../shared/trust/statement.js';
import { verdict as gateVerdict } from '../gate/report.js';
import { sha256Of } from '../import/import-key.js';
import type { ReceivedFrom } from '../ingest/received-day.js';
import { type ReceivedText, receivedBatch, receivedSince } from '../ingest/received-since.js';
import type { MonitorFolder } from '../monitor/monitor-folder.js';
import { OwnFills } from './own-fills.js';

export interface RecordSources {
  readonly from: ReceivedFrom;
  readonly instrument: string;
  readonly tickValue: number;
  readonly releasesFolder: string;
  readonly shipsFolder: string;
  readonly reports: MonitorFolder;
  readonly fillDelaySeconds: number;
  readonly saltOf: (source: EntrySource) => string;
  /** Wall time. */
  readonly nowMs: number;
}

const reportOfGate = z.object({ verdict: gateVerdict });

/** How far back the intents of fills may lie, in batches. */
const INTENTS_BACK = 200;
const REASONS_TOLD = 12;
const FINDINGS_TOLD = 20;
const TEXT_MAX = 300;

/**
 * What happened since the log's last entry, oldest source first: it follows from the log and from what was received, so that a
 * publisher that was killed adds nothing twice and leaves nothing out.
 */
export async function newEntries(log: readonly PublicEntry[], sources: RecordSources): Promise<PublicEntry[]> {
  return [
    ...newGates(log, sources),
    ...newReleases(log, sources),
    ...(await newSwaps(log, sources)),
    ...(await newIncidents(log, sources)),
    ...(await newSeals(log, sources)),
    ...(await newOpenings(log, sources)),
    ...newDays(log, sources),
  ];
}

const stamp = ({ nowMs }: RecordSources) => ({ v: 1 as const, at: new Date(nowMs).toISOString() });

/** The last line of a stream that is in the log. */
function lastOf(log: readonly PublicEntry[], stream: string, epoch: number): { seq: number; line: number } {
  const last = log.findLast(
    (entry) => 'source' in entry && entry.source.stream === stream && entry.source.epoch === epoch,
  );
  return last && 'source' in last ? last.source : { seq: 0, line: 0 };
}

const isBehind = ({ seq, line }: EntrySource, last: { seq: number; line: number }) =>
  seq > last.seq || (seq === last.seq && line > last.line);

async function newSeals(log: readonly PublicEntry[], sources: RecordSources): Promise<PublicEntry[]> {
  const { from, instrument, saltOf, fillDelaySeconds } = sources;
  const last = lastOf(log, 'orders', from.epoch);
  const own = new OwnFills(instrument);
  let number = log.findLast((entry) => entry.kind === 'sealed-fill')?.number ?? 0;
  const seals: PublicEntry[] = [];
  for await (const batch of receivedSince(from, 'orders', Math.max(0, last.seq - INTENTS_BACK)))
    for (const fill of own.of(batch)) {
      if (!isBehind(fill.source, last)) continue;
      const hash = sealedHash(saltOf(fill.source), fill);
      seals.push({
        ...{ kind: 'sealed-fill', ...stamp(sources), number: ++number, hash },
        ...{ opensAfterSeconds: fillDelaySeconds, source: fill.source },
      });
    }
  return seals;
}

/** Seals of the log whose time has come. */
async function newOpenings(log: readonly PublicEntry[], sources: RecordSources): Promise<PublicEntry[]> {
  const opened = new Set(log.flatMap((entry) => (entry.kind === 'fill' ? [entry.number] : [])));
  const due = [...log.entries()].flatMap(([index, entry]) => {
    if (entry.kind !== 'sealed-fill' || opened.has(entry.number)) return [];
    const isDue = Date.parse(entry.at) + entry.opensAfterSeconds * 1000 <= sources.nowMs;
    return isDue ? [{ index, seal: entry }] : [];
  });
  const fills = await fillsOf(
    due.map(({ seal }) => seal.source),
    sources,
  );
  return due.map(({ index, seal }) => {
    const fill = fills.get(placeOf(seal.source));
    const salt = sources.saltOf(seal.source);
    if (!fill || sealedHash(salt, fill) !== seal.hash)
      throw new BadInput(
        `entry ${index} of the public log`,
        undefined,
        'seals another fill than was received',
        'look at docs/public.md, "What it stops for"',
      );
    return { kind: 'fill', ...stamp(sources), number: seal.number, sealedAs: index, salt, fill };
  });
}

const placeOf = ({ epoch, seq, line }: EntrySource) => `${epoch} ${seq} ${line}`;

async function fillsOf(
  wanted: readonly EntrySource[],
  { from, instrument }: RecordSources,
): Promise<Map<string, PublicFill>> {
  const seqs = wanted.filter(({ epoch }) => epoch === from.epoch).map(({ seq }) => seq);
  const fills = new Map<string, PublicFill>();
  if (seqs.length === 0) return fills;
  const own = new OwnFills(instrument);
  const first = Math.max(1, Math.min(...seqs) - INTENTS_BACK);
  const newest = Math.max(...seqs);
  for (let seq = first; seq <= newest; seq++) {
    const batch = await receivedBatch(from, 'orders', seq);
    for (const fill of batch ? own.of(batch) : []) fills.set(placeOf(fill.source), fill);
  }
  return fills;
}

async function newSwaps(log: readonly PublicEntry[], sources: RecordSources): Promise<PublicEntry[]> {
  return await newLines(log, sources, 'swaps', (text, source) => {
    const swap = swapRecord.safeParse(text).data;
    if (!swap) return null;
    const { modelVersion, outcome, marketTime } = swap;
    return { kind: 'swap', ...stamp(sources), modelVersion, outcome, marketTime, source };
  });
}

async function newIncidents(log: readonly PublicEntry[], sources: RecordSources): Promise<PublicEntry[]> {
  return await newLines(log, sources, 'alarms', (text, source) => {
    const line = alarmLine.safeParse(text).data;
    return line ? { kind: 'incident', ...stamp(sources), state: line.state, alarm: line.alarm, source } : null;
  });
}

async function newLines(
  log: readonly PublicEntry[],
  { from }: RecordSources,
  stream: string,
  entryOf: (line: unknown, source: EntrySource) => PublicEntry | null,
): Promise<PublicEntry[]> {
  const last = lastOf(log, stream, from.epoch);
  const entries: PublicEntry[] = [];
  for await (const batch of receivedSince(from, stream, Math.max(0, last.seq - 1)))
    for (const [at, text] of batch.lines.entries()) {
      const source = sourceOf(batch, at);
      const entry = isBehind(source, last) ? entryOf(jsonOrUndefined(text), source) : null;
      if (entry) entries.push(entry);
    }
  return entries;
}

const sourceOf = ({ stream, epoch, seq }: ReceivedText, at: number): EntrySource => ({
  stream,
  epoch,
  seq,
  line: at + 1,
});

/** Held ones, and those that nobody shipped, too. */
function newGates(log: readonly PublicEntry[], sources: RecordSources): PublicEntry[] {
  const known = new Set(log.flatMap((entry) => (entry.kind === 'gate' ? [entry.reportSha256] : [])));
  return foldersIn(sources.shipsFolder).flatMap((ship): EntryOf<'gate'>[] => {
    const file = path.join(sources.shipsFolder, ship, 'gate-report.json');
    if (!existsSync(file)) return [];
    const bytes = readFileSync(file);
    const reportSha256 = sha256Of(bytes);
    if (known.has(reportSha256)) return [];
    known.add(reportSha256);
    const report = reportOfGate.safeParse(jsonOrUndefined(bytes.toString('utf8'))).data;
    if (!report) return [];
    const { verdict, outcome, reasons } = report.verdict;
    return [
      {
        ...{ kind: 'gate', ...stamp(sources), shipId: ship.replace('+', '/').slice(0, TEXT_MAX), verdict, outcome },
        reasons: reasons.slice(0, REASONS_TOLD).map(({ sentence }) => sentence.slice(0, TEXT_MAX)),
        reportSha256,
      },
    ];
  });
}

function newReleases(log: readonly PublicEntry[], sources: RecordSources): PublicEntry[] {
  const known = new Set(log.flatMap((entry) => (entry.kind === 'release' ? [entry.statementSha256] : [])));
  if (!existsSync(sources.releasesFolder)) return [];
  const files = readdirSync(sources.releasesFolder).filter((name) => /^believe-v\d+\.statement\.json$/.test(name));
  const versionOf = (name: string) => Number(/\d+/.exec(name)![0]);
  return files
    .sort((a, b) => versionOf(a) - versionOf(b))
    .flatMap((name): PublicEntry[] => {
      const bytes = readFileSync(path.join(sources.releasesFolder, name));
      const statementSha256 = sha256Of(bytes);
      if (known.has(statementSha256)) return [];
      const { modelVersion, counter, shipId, gateVerdict, rollbackOf, decision } = releaseStatement.parse(
        jsonOrUndefined(bytes.toString('utf8')),
      ).predicate;
      const release: PublicEntry = {
        ...{ kind: 'release', ...stamp(sources), modelVersion, counter, shipId, gateVerdict },
        ...{ rollbackOf: rollbackOf?.modelVersion ?? null, statementSha256 },
      };
      if (!decision) return [release];
      return [
        {
          ...{ kind: 'decision', ...stamp(sources), shipId, verdict: decision.verdict },
          ...{ reason: decision.reason.slice(0, TEXT_MAX), sha256: sha256Of(Buffer.from(JSON.stringify(decision))) },
        },
        release,
      ];
    });
}

function newDays(log: readonly PublicEntry[], sources: RecordSources): PublicEntry[] {
  const { reports, instrument, tickValue } = sources;
  const known = new Set(
    log.flatMap((entry) => (entry.kind === 'day' ? [`${entry.instrument} ${entry.tradeDate}`] : [])),
  );
  return reports.dates(instrument).flatMap((tradeDate): PublicEntry[] => {
    if (known.has(`${instrument} ${tradeDate}`)) return [];
    const report = reports.read(instrument, tradeDate);
    if (!report) return [];
    const { live, promised } = report.execution;
    const reportSha256 = sha256Of(readFileSync(reports.file(instrument, tradeDate, 'json')));
    return [
      {
        ...{ kind: 'day', ...stamp(sources), instrument, tradeDate, modelVersion: report.modelVersion },
        ...{ fills: live.filledContracts, netTicks: live.netTicks },
        netUsd: live.netTicks === null ? null : live.netTicks * tickValue,
        expectedTicks: promised?.netTicks ?? null,
        ...{ compared: report.parity.compared, different: report.parity.different + report.parity.onlyLive },
        ...{ cleanDays: report.cleanDays, drifted: report.drift.changed.length },
        findings: report.findings.slice(0, FINDINGS_TOLD).map(({ alarm }) => alarm),
        reportSha256,
      },
    ];
  });
}

function foldersIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}
