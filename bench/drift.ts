import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { measureDay, type PhasedValue } from '../research/monitor/drift/distance.js';
import { type DriftState, unusual, watchDrift } from '../research/monitor/drift/drift-watch.js';
import { makeReference } from '../research/monitor/drift/head-reference.js';
import { pythonWith } from '../setup/python-environment.js';
import type { HeadSamples } from '../shared/model/heads/head.js';
import type { BenchResult } from './bench-result.js';
import { type Days, type DriftCase, realCase, syntheticCases } from './drift/drift-cases.js';

const run = promisify(execFile);
const PEER = fileURLToPath(new URL('../../bench/peers/drift_peer.py', import.meta.url));
const REQUIREMENTS = fileURLToPath(new URL('../../bench/peers/drift_peer.requirements.txt', import.meta.url));
const DAYS_A_YEAR = 252;

/** Alarms of each day: 1 or more where somebody would be called. */
type Alarms = readonly number[];

/**
 * False alarms a year of 83 features together, and days until a change is noticed: this monitor, and Evidently and NannyML as they are
 * out of the box. BELIEVE_DRIFT_DAYS (126) usual days, BELIEVE_DRIFT_CHANGED_DAYS (40), BELIEVE_DRIFT_SEEDS (3) of each change,
 * BELIEVE_DRIFT_REAL_DAYS (250) dates of NQ and CL change it.
 */
export async function benchDrift(log: (line: string) => void): Promise<BenchResult[]> {
  const of = (name: string, usual: number) => Number(process.env[name] ?? usual);
  const cases = [
    ...syntheticCases(
      of('BELIEVE_DRIFT_DAYS', 126),
      of('BELIEVE_DRIFT_CHANGED_DAYS', 40),
      of('BELIEVE_DRIFT_SEEDS', 3),
    ),
    await realCase('NQ', of('BELIEVE_DRIFT_REAL_DAYS', 250)),
    await realCase('CL', of('BELIEVE_DRIFT_REAL_DAYS', 250)),
  ];
  const peers = await peersOn(cases, log);
  const all = cases.map((one) => ({ one, by: { ours: ownAlarms(one), ...peers[one.name]! } }));
  const methods = ['ours', 'evidently', 'evidentlyDataset', 'nannyml'] as const;
  const results: BenchResult[] = [];
  for (const { one, by } of all.filter(({ one: { isNull } }) => isNull)) {
    const perYear = Object.fromEntries(methods.map((method) => [method, yearly(by[method])]));
    log(`${one.name}, ${one.current.days.length} days, days with an alarm a year: ${JSON.stringify(perYear)}`);
    for (const peerName of ['evidently', 'nannyml'] as const)
      results.push(compared(`alarms a year, ${one.name}`, perYear.ours!, perYear[peerName]!, peerName, 'a year'));
  }
  const changed = all.filter(({ one: { isNull } }) => !isNull);
  for (const what of new Set(changed.map(({ one: { name } }) => name.replace(/ \d+$/, '')))) {
    const own = changed.filter(({ one: { name } }) => name.startsWith(what));
    const delays = Object.fromEntries(
      methods.map((method) => [method, own.map(({ by }) => firstDay(by[method]))] as const),
    );
    log(`${what}, days until noticed: ${JSON.stringify(delays)}`);
    for (const peerName of ['evidentlyDataset', 'nannyml'] as const)
      results.push(
        compared(`days until noticed, ${what}`, mean(delays.ours!), mean(delays[peerName]!), peerName, 'days'),
      );
  }
  return results;
}

function ownAlarms({ reference, current }: DriftCase): Alarms {
  const { features } = makeReference(samplesOf(reference), '');
  let state: DriftState = {};
  return current.days.map((day) => {
    const today = new Map(
      current.features.flatMap((name, column) => {
        const values = day.map((row): PhasedValue => ({ value: row[column]!, phase: 'middle' }));
        const known = features[name]!;
        const seen = unusual(known, measureDay(known.phases, values, false));
        return seen === null ? [] : [[name, seen] as const];
      }),
    );
    const step = watchDrift(state, today);
    state = step.state;
    return step.changed.length;
  });
}

/** 18:00 UTC lies in the middle of the session all year. */
const MIDDLE = Date.UTC(2025, 2, 3, 18);

function samplesOf({ features, days }: Days): HeadSamples {
  const rows = days.flat();
  const columns = features.length;
  const flat = new Float32Array(new SharedArrayBuffer(4 * rows.length * columns));
  for (const [at, row] of rows.entries()) flat.set(row, at * columns);
  const tradeDate = Int32Array.from(days.flatMap((day, at) => day.map(() => at)));
  const startMs = new Float64Array(rows.length).fill(MIDDLE);
  return {
    head: { features },
    rows: rows.length,
    columns,
    features: flat,
    tradeDate,
    startMs,
  } as unknown as HeadSamples;
}

async function peersOn(cases: readonly DriftCase[], log: (line: string) => void) {
  const python = await pythonWith(REQUIREMENTS);
  const work = mkdtempSync(path.join(tmpdir(), 'believe-drift-'));
  try {
    for (const { name, reference, current } of cases) {
      writeFileSync(path.join(work, `${name}.reference.csv`), csvOf(reference));
      writeFileSync(path.join(work, `${name}.days.csv`), csvOf(current));
    }
    log(`${cases.length} cases to Evidently and NannyML: minutes`);
    const { stdout } = await run(python, [PEER, work], { maxBuffer: 1 << 26 });
    return JSON.parse(stdout) as Record<string, Record<'evidently' | 'evidentlyDataset' | 'nannyml', number[]>>;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function csvOf({ features, days }: Days): string {
  const lines = days.flatMap((day, at) => day.map((row) => `${at},${row.join(',')}`));
  return `day,${features.join(',')}\n${lines.join('\n')}\n`;
}

function yearly(alarms: Alarms): number {
  return (DAYS_A_YEAR * alarms.filter((count) => count > 0).length) / alarms.length;
}

/** A change that was never noticed counts as all the days and one. */
function firstDay(alarms: Alarms): number {
  const at = alarms.findIndex((count) => count > 0);
  return at < 0 ? alarms.length + 1 : at + 1;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0) / values.length;
}

function compared(job: string, ours: number, peer: number, peerName: string, unit: string): BenchResult {
  return {
    job: `drift: ${job}`,
    ours,
    peer,
    peerName,
    unit,
    ratio: peer === 0 ? (ours === 0 ? 1 : Number.POSITIVE_INFINITY) : ours / peer,
    aim: '<= 1',
  };
}
