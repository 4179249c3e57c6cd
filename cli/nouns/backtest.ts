import { type Command, Option } from 'commander';
import type { z } from 'zod';
import { type BacktestDay, backtestDay } from '../../research/backtest/backtest-day.js';
import { type BacktestSummary, summarise } from '../../research/backtest/backtest-report.js';
import { type BacktestSettings, backtestSettings } from '../../research/backtest/backtest-settings.js';
import { byTradeDate } from '../../research/backtest/by-trade-date.js';
import { calibrateQueue } from '../../research/backtest/calibrate-queue.js';
import type { QueueSpec } from '../../research/backtest/queue-model.js';
import { readOwnOrders } from '../../research/backtest/read-own-orders.js';
import { reportPage } from '../../research/backtest/report/report-page.js';
import { doubtfulTimesOf } from '../../research/ingest/doubtful-times.js';
import { barsBefore } from '../../research/replay/bars-before.js';
import { type EventStream, openEventStream } from '../../research/replay/event-stream.js';
import { loadReplayHeads, type ReplayHeads, releaseTarball } from '../../research/replay/load-heads.js';
import { openStoredStreams } from '../../research/replay/stored-streams.js';
import type { TimeSpan } from '../../research/samples/trusted-times.js';
import { UsageFailure } from '../../shared/failure.js';
import { HANDWRITTEN_BYTES_MAX, readInputText } from '../../shared/node/disk/plain-file.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { registerRange } from '../backtest/range-command.js';
import { isoDate, plainNumber } from '../option-values.js';
import { printResult } from '../output.js';
import { showProgress } from '../store/show-progress.js';
import { storeToReadAt } from '../store/store-at.js';

const FILL_MODELS = ['conservative', 'probabilistic', 'calibrated'] as const;

interface Flags {
  instrument?: string;
  dateFrom?: string;
  dateTo?: string;
  file: string[];
  fromStore?: boolean;
  store?: string;
  feed?: string;
  trust?: boolean;
  bars: string[];
  release?: string;
  home?: string;
  fill?: (typeof FILL_MODELS)[number];
  ownOrders: string[];
  settings?: string;
  entry?: string;
  fee?: number;
  slippage?: number;
  session?: string;
  html?: string;
  json?: boolean;
}

const HELP = `
Fill models (docs/backtest.md says what each assumes, and where it is wrong):
  conservative   only trades move a resting order forward in its queue
  probabilistic  contracts cancelled at its price are taken from ahead of it and from behind it in proportion
  calibrated     as probabilistic, with the share that explains the fills of --own-orders best
All other settings are in a JSON file (--settings); what is not in it has the default of docs/backtest.md.

Prints {trades, roundTrips, pnl, fees, fillRate, markouts, maxDrawdown, digest, ...}; money in the instrument's currency,
net of fees.`;

/** `believe backtest`: what the heads would have earned on recorded days. */
export function register(noun: Command): void {
  noun
    .enablePositionalOptions()
    .option('--instrument <name>', 'only files of this instrument, e.g. ESZ5')
    .option('--date-from <date>', 'first trade date', isoDate)
    .option('--date-to <date>', 'last trade date', isoDate)
    .option('--file <file...>', 'depth files', [])
    .option('--from-store', 'read --instrument from the store of --home instead')
    .option('--store <folder>', 'another store, for --from-store')
    .option('--feed <name>', 'which feed of the store, where there are several')
    .option('--trust', 'with --from-store: hold nothing while two captures do not agree (docs/reconcile.md)')
    .option('--bars <file...>', '5-minute bars (CSV) that warm the bar features up', [])
    .option('--release <tarball>', 'heads of a release (believe-v<N>.tar.gz), or a candidate folder')
    .option('--home <folder>', 'heads of the release that is live in a home folder')
    .addOption(
      new Option('--fill <model>', 'fill model (default: that of --settings, else conservative)').choices([
        ...FILL_MODELS,
      ]),
    )
    .option('--own-orders <file...>', "the bridge's broker/journal/*/orders-*.jsonl, for --fill calibrated", [])
    .option('--settings <file>', 'JSON: latencies, hours, limits')
    .addOption(new Option('--entry <style>', 'order style').choices(['cross', 'market', 'limit']))
    .option('--fee <amount>', 'fee of one contract and side, in currency', plainNumber())
    .option('--slippage <ticks>', 'added to every price that takes liquidity', plainNumber())
    .addOption(new Option('--session <hours>', 'when to trade').choices(['rth', 'all']))
    .option('--html <file>', 'write a report with plots')
    .option('--json', 'one JSON object on stdout')
    .addHelpText('after', HELP)
    .action(runBacktest);
  registerRange(noun);
}

async function runBacktest(flags: Flags): Promise<void> {
  const streams = await streamsOf(flags);
  const days = byTradeDate(streams, flags);
  const settings = await settingsOf(flags, [...days.values()].flat());
  const loaded = await headsOf(flags);
  const startedMs = performance.now();
  try {
    const results = await runDays(days, flags, loaded, settings);
    const summary = summarise(results);
    const seconds = (performance.now() - startedMs) / 1000;
    if (flags.html !== undefined) {
      const [{ tickSize }] = [streams[0]!.header];
      replaceFile(flags.html, reportPage({ summary, days: results, settings, tickSize, release: loaded.name }));
    }
    const report = { ...summary, release: loaded.name, queue: settings.queue, seconds };
    printResult(flags.json === true, report, summaryText(summary));
  } finally {
    await loaded.heads.release();
  }
}

async function runDays(
  days: ReadonlyMap<string, EventStream[]>,
  flags: Flags,
  release: ReplayHeads,
  settings: BacktestSettings,
): Promise<BacktestDay[]> {
  const results: BacktestDay[] = [];
  for (const [tradeDate, streams] of days) {
    const progress = showProgress(`events of ${tradeDate}`);
    const onProgress = (events: number) => progress.show(events);
    const warmUp = (firstNs: bigint) => barsBefore(flags.bars, firstNs);
    const doubtful = flags.trust ? await doubtfulOn(flags, tradeDate) : undefined;
    results.push(await backtestDay({ tradeDate, streams, warmUp, release, settings, doubtful, onProgress }));
    progress.end();
  }
  return results;
}

/** What two captures do not agree on, on a date. @throws UsageFailure */
async function doubtfulOn(
  { instrument, store, home, fromStore }: Flags,
  tradeDate: string,
): Promise<readonly TimeSpan[]> {
  if (!fromStore || instrument === undefined)
    throw new UsageFailure('--trust is about dates in the store', 'give --from-store and --instrument');
  return doubtfulTimesOf(await storeToReadAt({ store, home }), [{ instrument, tradeDate }]).spans;
}

async function streamsOf(flags: Flags): Promise<EventStream[]> {
  const { file, fromStore, instrument, store, home } = flags;
  if (!fromStore && file.length > 0) return await Promise.all(file.map((path) => openEventStream(path)));
  if (!fromStore)
    throw new UsageFailure('nothing to trade on', 'name a depth file with --file, or ask for --from-store');
  if (file.length > 0) throw new UsageFailure('--file and --from-store were both given', 'choose one of them');
  if (instrument === undefined) throw new UsageFailure('--from-store needs --instrument', 'see `believe store ls`');
  return await openStoredStreams(await storeToReadAt({ store, home }), { ...flags, instrument });
}

async function headsOf({ release, home }: Flags): Promise<ReplayHeads> {
  if (release !== undefined) return await loadReplayHeads(release);
  if (home !== undefined) return await loadReplayHeads(releaseTarball(home));
  throw new UsageFailure('no heads to trade with', 'name them with --release or --home');
}

async function settingsOf(flags: Flags, streams: readonly EventStream[]): Promise<BacktestSettings> {
  const given = flags.settings === undefined ? {} : readSettings(flags.settings);
  const { entry, session, fee: feePerContract, slippage: slippageTicks } = flags;
  const overrides = Object.entries({ entry, session, feePerContract, slippageTicks }).filter(
    ([, value]) => value !== undefined,
  );
  const parsed = backtestSettings.safeParse({ ...given, ...Object.fromEntries(overrides) });
  if (!parsed.success) throw wrongSettings(flags.settings ?? 'the settings', parsed.error);
  return { ...parsed.data, queue: await queueOf(flags, parsed.data, streams) };
}

async function queueOf(flags: Flags, settings: BacktestSettings, streams: readonly EventStream[]): Promise<QueueSpec> {
  switch (flags.fill) {
    case undefined:
      return settings.queue;
    case 'conservative':
      return { kind: 'none' };
    case 'probabilistic':
      return { kind: 'power3', n: 1 };
    case 'calibrated': {
      if (flags.ownOrders.length === 0)
        throw new UsageFailure('nothing to calibrate with', "name the bridge's order journals with --own-orders");
      const calibrated = await calibrateQueue(streams, await readOwnOrders(flags.ownOrders), settings);
      process.stderr.write(
        `believe: calibrated on ${calibrated.orders} own orders: ${JSON.stringify(calibrated.queue)}, off by ${(100 * calibrated.error).toFixed(1)} % of the contracts\n`,
      );
      return calibrated.queue;
    }
  }
}

function readSettings(file: string): object {
  let value: unknown;
  try {
    value = JSON.parse(readInputText(file, HANDWRITTEN_BYTES_MAX));
  } catch (error) {
    throw new UsageFailure(`cannot read ${file}: ${(error as Error).message}`, 'give a file with one JSON object');
  }
  const parsed = backtestSettings.safeParse(value);
  if (!parsed.success) throw wrongSettings(file, parsed.error);
  return value as object;
}

function wrongSettings(file: string, error: z.ZodError): UsageFailure {
  const problems = error.issues.map(({ path, message }) => `${path.join('.') || 'the object'}: ${message}`);
  return new UsageFailure(`${file}: ${problems.join('; ')}`, 'docs/backtest.md lists the settings');
}

function summaryText(summary: BacktestSummary): string {
  const { instrument, synthetic, days, pnl, fees, trades, roundTrips, fillRate, markouts, maxDrawdown, digest } =
    summary;
  const marks = markouts.map(
    ({ seconds, meanTicks }) => `${seconds} s ${meanTicks === null ? '-' : meanTicks.toFixed(2)}`,
  );
  return [
    `${instrument}, ${days} trade date${days === 1 ? '' : 's'}${synthetic ? ', SYNTHETIC' : ''}`,
    `profit ${pnl.toFixed(2)} net of ${fees.toFixed(2)} fees, largest drawdown ${maxDrawdown.toFixed(2)}`,
    `${trades} executions, ${roundTrips} round trips, fill rate ${fillRate === null ? '-' : `${(100 * fillRate).toFixed(1)} %`}`,
    `markouts in ticks: ${marks.join(', ')}`,
    `digest ${digest}`,
  ].join('\n');
}
