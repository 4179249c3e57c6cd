import type { CapturedDay } from '../../shared/contract/capture-file.js';
import { contractOfJournal, journalLine } from '../../shared/contract/order-journal.js';
import { Failure } from '../../shared/failure.js';
import type { Bar } from '../../shared/market/events/bar.js';
import type { HeadName, HeadSamples } from '../../shared/model/heads/head.js';
import { backtestDay } from '../backtest/backtest-day.js';
import { backtestSettings } from '../backtest/backtest-settings.js';
import { capturedBars } from '../ingest/captured-bars.js';
import { type DayRecord, DayRecords } from '../ingest/day-record.js';
import type { ReceivedFrom } from '../ingest/received-day.js';
import { receivedLines } from '../ingest/received-lines.js';
import { readBuiltRelease } from '../release/build-release.js';
import type { EventStream } from '../replay/event-stream.js';
import { loadReplayHeads } from '../replay/load-heads.js';
import { openStoredStreams } from '../replay/stored-streams.js';
import { buildSamples } from '../samples/build-samples.js';
import type { MarketStore } from '../store/market-store.js';
import { predictByOnnx } from '../training/predict-by-onnx.js';
import { spacedRows } from '../training/spaced-rows.js';
import { dayDrift } from './day/day-drift.js';
import { dateAgainst, dayModel, type HeadDay } from './day/day-model.js';
import { dayParity } from './day/day-parity.js';
import { liveExecution, momentsOf, ownTrading } from './day/execution.js';
import { killWatch } from './day/kill-watch.js';
import { newestQueue, queueByOwnOrders } from './day/own-queue.js';
import { surveyDay } from './day/survey.js';
import { DATES_COMPARED, phaseRates } from './day/usual-rates.js';
import { findingsOf } from './findings.js';
import type { MonitorFolder } from './monitor-folder.js';
import { type MonitoredRelease, monitoredRelease } from './monitored-release.js';
import type { MonitorReport } from './report.js';

export interface MonitorAsk extends CapturedDay {
  readonly store: MarketStore;
  readonly releasesFolder: string;
  readonly reports: MonitorFolder;
  readonly from: ReceivedFrom;
  /** Fees of one contract, one side, ticks; as in training. */
  readonly feeTicks: number;
  readonly nowMs: number;
  readonly onProgress?: (doing: string) => void;
  readonly signal?: AbortSignal;
}

/** Reports of the same release that kill criteria and evidence look back on. */
const DATES_BACK = 250;

/**
 * Everything that a captured trade date says of data, model and machinery. Again gives the same report, but for the time at which it was
 * made and for what was found about the dates before.
 * @throws Failure 'DayNotClosed' where the store has not all of it; BadInput, ReleaseMissing
 */
export async function monitorDay(ask: MonitorAsk): Promise<MonitorReport> {
  const { instrument, tradeDate, store, reports, from } = ask;
  const say = ask.onProgress ?? (() => {});
  const records = new DayRecords(store.root).ofBridge().filter((one) => one.instrument === instrument);
  const record = records.find((one) => one.tradeDate === tradeDate);
  if (!record) throw notComplete(ask);
  const [stream] = await openStoredStreams(store, { instrument, dateFrom: tradeDate, dateTo: tradeDate });
  const { tickSize, multiplier } = stream!.header;
  const tickValue = tickSize * multiplier;

  say('replaying the day: every decision');
  const parity = await dayParity({
    ...{ instrument, tradeDate, store, from, completeDates: records.map((one) => one.tradeDate) },
    tarballOf: (version) => readBuiltRelease(ask.releasesFolder, version).tarballFile,
    onProgress: (events) => say(`replaying the day: ${events} events`),
    ...(ask.signal ? { signal: ask.signal } : {}),
  });
  const before = reports.before(instrument, tradeDate, DATES_BACK);
  const version = parity.versions.at(-1) ?? before.at(-1)?.modelVersion ?? null;
  const release = version === null ? null : await monitoredRelease(ask.releasesFolder, version);
  const ofRelease = before.filter(({ modelVersion }) => modelVersion === version);
  const yesterday = ofRelease.at(-1);

  say('the market of the day');
  const { lines } = await receivedLines(from, {
    ...{ stream: 'orders', tradeDate, line: journalLine },
    isWanted: (file) => contractOfJournal(file) === instrument,
  });
  const trading = ownTrading(lines, tickSize);
  const moments = [...momentsOf(trading), endOfTime];
  const survey = await surveyDay([stream!], moments, ask.signal);
  const mids = new Map(moments.map((ns, at) => [ns, survey.midHalfTicks[at]!]));

  say('features and forecasts of the day');
  const samples = await samplesOf(ask, record, stream!, release);
  const drift = dayDrift({
    ...{ instrument, modelVersion: version, samples, before: yesterday?.drift.state ?? {} },
    reference: release?.reference ?? null,
  });
  const forecasts = dayModel(release?.card ?? null, await forecastsOf(release, samples), yesterday?.model.state ?? {});

  say('the backtester on the day');
  const queue = await queueByOwnOrders(lines, stream!);
  const execution: MonitorReport['execution'] = {
    queue,
    live: liveExecution(trading, (ns) => mids.get(ns) ?? Number.NaN, mids.get(endOfTime)!, { tickSize, tickValue }),
    assumedFeePerContract: ask.feeTicks * tickValue,
    backtest: release ? await backtestOf(ask, stream!, release, tickValue, queue ?? newestQueue(before)) : null,
    promised: promisedOf(release),
  };
  const model = {
    ...forecasts,
    kill: killWatch(release?.card ?? null, [...ofRelease, { modelVersion: version, execution, model: forecasts }]),
  };
  const { midHalfTicks: _, phases: __, ...counted } = survey;
  const recent = before.filter(({ synthetic }) => synthetic === record.synthetic).slice(-DATES_COMPARED);
  const data = { ...counted, batches: record.batches.length, phases: phaseRates(survey, recent) };
  const day = {
    instrument,
    tradeDate,
    synthetic: record.synthetic,
    modelVersion: version,
    parity,
    data,
    drift,
    model,
    execution,
  };
  const isClean = parity.logged > 0 && parity.different + parity.onlyLive === 0;
  return {
    ...{ kind: 'believe.monitor-report', version: 1, createdAt: new Date(ask.nowMs).toISOString(), ...day },
    // A date without a decision proves nothing, and breaks nothing.
    cleanDays: isClean
      ? 1 + (before.at(-1)?.cleanDays ?? 0)
      : parity.logged === 0
        ? (before.at(-1)?.cleanDays ?? 0)
        : 0,
    findings: findingsOf(day),
  };
}

/** After every event: the last mid. */
const endOfTime = 2n ** 62n;

async function samplesOf(
  { store, feeTicks, signal }: MonitorAsk,
  record: DayRecord,
  stream: EventStream,
  release: MonitoredRelease | null,
): Promise<Partial<Record<HeadName, HeadSamples>>> {
  if (!release) return {};
  const { instrument, tradeDate, synthetic } = record;
  const { tickSize } = stream.header;
  const bars: Bar[] = [];
  const imports = store.catalogue.imports().filter(({ key }) => record.imports.includes(key));
  for await (const bar of capturedBars(store, [{ records: imports, tickSize }])) bars.push(bar);
  const { samples } = await buildSamples(
    {
      depth: [{ name: stream.name, instrument, tickSize, tradeDate, synthetic, batches: () => stream.batches() }],
      bars: [{ name: `bars of ${tradeDate}`, instrument, synthetic, read: async () => bars }],
    },
    {
      ...{ heads: release.heads.map(({ spec }) => spec), feeTicks, barTickSize: tickSize },
      ...(signal ? { signal } : {}),
    },
  );
  return samples;
}

async function forecastsOf(
  release: MonitoredRelease | null,
  samples: Partial<Record<HeadName, HeadSamples>>,
): Promise<HeadDay[]> {
  const days: HeadDay[] = [];
  for (const { spec, onnx, forecast } of release?.heads ?? []) {
    const own = samples[spec.name];
    if (!own || own.rows === 0) continue;
    const predict = await predictByOnnx(onnx, forecast, own);
    days.push({ samples: own, probabilities: await predict(spacedRows(own.rows, own.rows)) });
  }
  return days;
}

/** Null where the date has no regular hours; what it earned is null where no price was known. */
async function backtestOf(
  { tradeDate, feeTicks, signal }: MonitorAsk,
  stream: EventStream,
  { tarballFile }: MonitoredRelease,
  tickValue: number,
  queue: MonitorReport['execution']['queue'],
): Promise<MonitorReport['execution']['backtest']> {
  const loaded = await loadReplayHeads(tarballFile);
  try {
    const settings = backtestSettings.parse({
      feePerContract: feeTicks * tickValue,
      ...(queue ? { queue: queue.model } : {}),
    });
    const day = await backtestDay({
      tradeDate,
      streams: [stream],
      warmUp: async () => [],
      release: loaded,
      settings,
      signal,
    });
    const { orders, orderedContracts, filledContracts, pnl, markouts } = day;
    return {
      ...{
        orders,
        orderedContracts,
        filledContracts,
        netTicks: Number.isFinite(pnl) ? pnl / tickValue : null,
        markouts: [...markouts],
      },
      fillRate: orderedContracts > 0 ? filledContracts / orderedContracts : null,
    };
  } catch (error) {
    if (error instanceof Failure && error.type === 'NoSession') return null;
    throw error;
  } finally {
    await loaded.heads.release();
  }
}

function promisedOf(release: MonitoredRelease | null): MonitorReport['execution']['promised'] {
  const daily = release?.card?.gate.evidence.portfolio?.daily.map(({ candidateNetTicks }) => candidateNetTicks) ?? [];
  if (daily.length === 0) return null;
  const netTicks = daily.reduce((sum, one) => sum + one, 0) / daily.length;
  return { netTicks, range: dateAgainst(daily, netTicks).range };
}

function notComplete({ instrument, tradeDate }: CapturedDay): Failure {
  return new Failure(
    'DayNotClosed',
    `the store has not all of ${instrument} of ${tradeDate}`,
    `bring it home first: believe capture run --instrument ${instrument} --date ${tradeDate}`,
    { instrument, tradeDate },
  );
}
