import type { Command } from 'commander';
import { LineFile } from '../../research/generator/line-file.js';
import { barsBefore } from '../../research/replay/bars-before.js';
import { compareWithBridge, type ParityResult } from '../../research/replay/captured-day.js';
import { type DecisionDiff, diffDecisions } from '../../research/replay/diff-decisions.js';
import { type EventStream, openEventStream } from '../../research/replay/event-stream.js';
import { loadReplayHeads, type ReplayHeads, releaseTarball } from '../../research/replay/load-heads.js';
import { replay } from '../../research/replay/replay.js';
import { openStoredStreams } from '../../research/replay/stored-streams.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { BadInput, UsageFailure } from '../../shared/failure.js';
import { isSynthetic } from '../../shared/market/events/depth-header.js';
import { recordOf } from '../../shared/model/decision/decision-record.js';
import { isoDate } from '../option-values.js';
import { printResult } from '../output.js';
import { showProgress } from '../store/show-progress.js';
import { storeToReadAt } from '../store/store-at.js';

interface ReplayFlags {
  instrument?: string;
  date?: string;
  file: string[];
  fromStore?: boolean;
  store?: string;
  feed?: string;
  bars: string[];
  release?: string;
  home?: string;
  decisions?: string;
  json?: boolean;
}

const HELP = `
Files are depth files (dom_ib.jsonl, plain, .gz or .zst); several of them are merged by receive time, sequence number
and place in the list. Without --release and --home only the features are computed, and the digest covers them.
The digest is a sha256 over every bit of every decision: the same files, bars and heads give the same one anywhere.`;

/** `believe replay`: recorded events through the code that trades. */
export function register(noun: Command): void {
  noun
    .enablePositionalOptions()
    .option('--instrument <name>', 'refuse files of another instrument, e.g. ESZ5')
    .option('--date <date>', 'trade date: only files of this date are read', isoDate)
    .option('--file <file...>', 'depth files', [])
    .option('--from-store', 'read --instrument of --date from the store of --home instead')
    .option('--store <folder>', 'another store, for --from-store')
    .option('--feed <name>', 'which feed of the store, where there are several')
    .option('--bars <file...>', '5-minute bars (CSV) that warm the bar features up', [])
    .option('--release <tarball>', 'heads of a release (believe-v<N>.tar.gz), or a candidate folder')
    .option('--home <folder>', 'heads of the release that is live in a home folder')
    .option('--decisions <file>', 'write every decision, one JSON line each')
    .option('--json', 'one JSON object on stdout: {events, decisions, digest, seconds, eventsPerSecond}')
    .addHelpText('after', HELP)
    .action(runReplay);
  noun
    .command('diff')
    .description(
      'the first event at which two decision logs part, and the values in which they differ; exit code 1 if so',
    )
    .argument(
      '<a>',
      'decision log of `believe replay --decisions`, or of the bridge (broker/journal/decisions-*.jsonl)',
    )
    .argument('<b>', 'the other one')
    .option('--json', 'one JSON object on stdout')
    .action(async (a: string, b: string, options: { json?: boolean }) => {
      const diff = await diffDecisions(a, b);
      printResult(options.json === true, diff, diffText(diff));
      if (!diff.same) process.exitCode = 1;
    });
  noun
    .command('parity')
    .description('replay what a bridge captured and compare every decision with its log; exit code 1 on a difference')
    .requiredOption('--home <folder>', 'home folder; broker/capture, broker/journal and broker/releases are read')
    .option('--date <date>', 'compare the decisions of one trade date only', isoDate)
    .option('--json', 'one JSON object on stdout: {events, compared, different, onlyLive, onlyReplay}')
    .action(async (options: { home: string; date?: string; json?: boolean }) => {
      const result = await compareWithBridge(homePlaces(options.home).broker.folder, options.date);
      printResult(options.json === true, result, parityText(result));
      if (result.different + result.onlyLive > 0) process.exitCode = 1;
    });
}

async function runReplay(flags: ReplayFlags): Promise<void> {
  const streams = await streamsOf(flags);
  const loaded = await headsOf(flags);
  const log = flags.decisions === undefined ? null : new LineFile(flags.decisions);
  const progress = showProgress('events replayed');
  const startedMs = performance.now();
  try {
    const result = await replay(streams, {
      heads: loaded?.heads ?? null,
      bars: await barsBefore(flags.bars, earliestNs(streams)),
      onDecision: (decision) => log?.write(`${JSON.stringify(recordOf(decision))}\n`),
      onProgress: (events) => progress.show(events),
    });
    const seconds = (performance.now() - startedMs) / 1000;
    progress.end();
    const synthetic = streams.some(({ header }) => isSynthetic(header));
    const report = {
      instrument: streams[0]!.header.instrument,
      ...{ synthetic, release: loaded?.name ?? null, ...result },
      ...{ seconds, eventsPerSecond: Math.round(result.events / seconds) },
    };
    log?.finish();
    printResult(flags.json === true, report, replayText(report));
  } catch (error) {
    log?.discard();
    throw error;
  } finally {
    progress.end();
    await loaded?.heads.release();
  }
}

async function streamsOf(flags: ReplayFlags): Promise<EventStream[]> {
  const { file, fromStore, instrument, date } = flags;
  if (fromStore) return await streamsOfStore(flags);
  if (file.length === 0)
    throw new UsageFailure('nothing to replay', 'name a depth file with --file, or ask for --from-store');
  const streams = await Promise.all(file.map((path) => openEventStream(path)));
  for (const { name, header } of streams)
    if (instrument !== undefined && header.instrument !== instrument)
      throw new BadInput(name, 'header', `is about ${header.instrument}, not ${instrument}`, 'leave the file out');
  const chosen = streams.filter(({ header }) => date === undefined || (header.tradeDate ?? date) === date);
  if (chosen.length === 0)
    throw new UsageFailure(`none of the files is of trade date ${date}`, 'name another --date or file');
  return chosen;
}

async function streamsOfStore({ file, instrument, date, store, home, feed }: ReplayFlags): Promise<EventStream[]> {
  if (file.length > 0) throw new UsageFailure('--file and --from-store were both given', 'choose one of them');
  if (instrument === undefined || date === undefined)
    throw new UsageFailure('--from-store needs --instrument and --date', 'see `believe store ls` for what there is');
  return await openStoredStreams(await storeToReadAt({ store, home }), {
    instrument,
    dateFrom: date,
    dateTo: date,
    feed,
  });
}

async function headsOf({ release, home }: ReplayFlags): Promise<ReplayHeads | null> {
  if (release !== undefined) return await loadReplayHeads(release);
  return home === undefined ? null : await loadReplayHeads(releaseTarball(home));
}

function earliestNs(streams: readonly EventStream[]): bigint {
  return streams.reduce((least, { firstNs }) => (firstNs < least ? firstNs : least), streams[0]!.firstNs);
}

function replayText(
  report: {
    readonly [field in 'events' | 'decisions' | 'eventsPerSecond' | 'seconds']: number;
  } & {
    readonly instrument: string;
    readonly synthetic: boolean;
    readonly release: string | null;
    readonly digest: string;
  },
) {
  const { instrument, synthetic, release, events, decisions, digest, seconds, eventsPerSecond } = report;
  return [
    `${instrument}${synthetic ? ', SYNTHETIC' : ''}, ${release ?? 'features only'}`,
    `${events.toLocaleString('en-US')} events in ${seconds.toFixed(2)} s (${eventsPerSecond.toLocaleString('en-US')} a second), ${decisions} decisions`,
    `digest ${digest}`,
  ].join('\n');
}

function diffText({ compared, same, first }: DecisionDiff): string {
  if (same || first === null) return `the same: ${compared} decisions compared`;
  const inputs = first.inputs.map(
    ({ name, a, b }) => `  ${name.padEnd(36)} ${String(a).padStart(24)} ${String(b).padStart(24)}`,
  );
  return [
    `${compared} decisions are the same; the next differs, after event ${first.seq} at ${first.ts} ns`,
    ...inputs,
  ].join('\n');
}

function parityText({ firstDifference, ...result }: ParityResult): string {
  const { events, compared, different, onlyLive, inOpenSegment, onlyReplay } = result;
  const where = firstDifference && (firstDifference.live ?? firstDifference.replayed);
  return [
    `${events} events replayed, ${compared} decisions compared, different: ${different}`,
    ...(onlyLive > 0 ? [`${onlyLive} logged decisions were not made again: events are missing in the capture`] : []),
    ...(inOpenSegment > 0 ? [`${inOpenSegment} more lie in the segment that is still being written`] : []),
    ...(onlyReplay > 0 ? [`${onlyReplay} decisions are not in the log: the bridge was stopped in between`] : []),
    ...(where ? [`first at event ${where.seq}`] : []),
  ].join('\n');
}
