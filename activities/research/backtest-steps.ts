import { z } from 'zod';
import { backtestDay } from '../../research/backtest/backtest-day.js';
import { summarise } from '../../research/backtest/backtest-report.js';
import { backtestSettings } from '../../research/backtest/backtest-settings.js';
import { byTradeDate } from '../../research/backtest/by-trade-date.js';
import { decodeDay, encodeDay } from '../../research/backtest/day-file.js';
import { reportPage } from '../../research/backtest/report/report-page.js';
import { barsBefore } from '../../research/replay/bars-before.js';
import { type EventStream, openEventStream } from '../../research/replay/event-stream.js';
import { loadReplayHeads, type ReplayHeads, releaseTarball } from '../../research/replay/load-heads.js';
import { RunFolder } from '../../research/ship/run-folder.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { Failure, UsageFailure } from '../../shared/failure.js';
import { jsonOfFormat } from '../../shared/formats/version-found.js';
import { isSynthetic } from '../../shared/market/events/depth-header.js';
import { asked } from '../../shared/orchestration/asked.js';
import { backtestInput } from '../../shared/orchestration/backtest/messages.js';
import { type Reference, sha256Hex } from '../../shared/reference.js';
import { step } from '../step.js';
import type { BacktestActivities } from './backtest-contract.js';
import { dataPlace } from './data-places.js';
import type { ResearchDependencies } from './dependencies.js';

const storedPlan = z.strictObject({
  v: z.literal(1),
  instrument: z.string(),
  tickSize: z.number(),
  release: z.strictObject({ place: z.string(), name: z.string(), sha256: sha256Hex.nullable() }),
  settings: backtestSettings,
  barFiles: z.array(z.string()),
  days: z.array(z.strictObject({ tradeDate: z.iso.date(), files: z.array(z.string()) })),
});
type StoredPlan = z.infer<typeof storedPlan>;

const PLAN = 'plan.json';

/** Days of a backtest, each on its own: whichever worker runs it, and however often, it writes the same bytes. */
export function createBacktestSteps({ config }: Pick<ResearchDependencies, 'config'>): BacktestActivities {
  const folderOf = (backtestId: string) => new RunFolder(homePlaces(config.home).research.backtests, backtestId);
  return {
    planBacktest: ({ backtestId, request }) =>
      step(async ({ progress, signal }) => {
        const folder = folderOf(backtestId);
        const wanted = asked(backtestInput, request);
        const { files, bars } = inputOf(wanted, config);
        const settings = settingsOf(wanted.settings);
        const streams: EventStream[] = [];
        // One after the other: each file that is looked into holds some megabytes meanwhile.
        for (const [done, file] of files.entries()) {
          signal.throwIfAborted();
          progress({ doing: 'looking into the files', done, of: files.length });
          streams.push(await openEventStream(file, { signal }));
        }
        const days = byTradeDate(streams, wanted);
        const { header } = [...days.values()][0]![0]!;
        const place = wanted.release === null ? releaseTarball(config.home) : dataPlace(config, wanted.release);
        const { heads, ...release } = await loadReplayHeads(place);
        await heads.release();
        const plan: StoredPlan = {
          ...{ v: 1, instrument: header.instrument, tickSize: header.tickSize, settings, barFiles: [...bars] },
          release: { place, name: release.name, sha256: release.sha256 },
          days: [...days].map(([tradeDate, all]) => ({ tradeDate, files: all.map(({ name }) => name) })),
        };
        return {
          instrument: header.instrument,
          synthetic: release.synthetic || [...days.values()].flat().some((stream) => isSynthetic(stream.header)),
          release: release.name,
          tradeDates: [...days.keys()],
          plan: folder.writeJson(PLAN, plan),
        };
      }),

    backtestDay: ({ backtestId, plan, tradeDate }) =>
      step(async ({ progress, signal }) => {
        const folder = folderOf(backtestId);
        const { days, barFiles, settings, release } = readPlan(folder, plan.plan);
        const files = days.find((day) => day.tradeDate === tradeDate)?.files;
        if (!files) throw foreignDay();
        const streams = await Promise.all(files.map((file) => openEventStream(file, { signal })));
        const loaded = await loadPlanned(release);
        try {
          const onProgress = (events: number) => progress({ doing: `${tradeDate}: events`, done: events });
          const warmUp = (firstNs: bigint) => barsBefore(barFiles, firstNs, signal);
          const ask = { tradeDate, streams, warmUp, release: loaded, settings, onProgress, signal };
          const day = await backtestDay(ask);
          const result = folder.write(dayFile(tradeDate), encodeDay(day));
          return { tradeDate, trades: day.fills.length, pnl: day.pnl, digest: day.digest, result };
        } finally {
          await loaded.heads.release();
        }
      }),

    concludeBacktest: ({ backtestId, plan, days }) =>
      step(async () => {
        const folder = folderOf(backtestId);
        const { settings, tickSize, release, days: planned } = readPlan(folder, plan.plan);
        const dates = new Set(planned.map(({ tradeDate }) => tradeDate));
        // Each day once: the plan bounds how much is held here.
        if (!days.every(({ tradeDate }) => dates.delete(tradeDate))) throw foreignDay();
        const results = days.map(({ tradeDate, result }) => decodeDay(folder.read(result, dayFile(tradeDate))));
        const summary = summarise(results);
        const page = reportPage({ summary, days: results, settings, tickSize, release: release.name });
        const { instrument, synthetic, trades, pnl, fees, fillRate, maxDrawdown, digest } = summary;
        return {
          ...{ instrument, synthetic, release: release.name, days: results.length, trades, pnl, fees, fillRate },
          ...{ maxDrawdown, digest },
          summary: folder.writeJson('summary.json', { ...summary, settings, release }),
          report: folder.write('report.html', page),
        };
      }),
  };
}

/** The files asked for, or those that the configured input names. */
function inputOf(
  { files, bars }: { files: readonly string[]; bars: readonly string[] },
  config: ResearchDependencies['config'],
) {
  const placed = (places: readonly string[]) => places.map((place) => dataPlace(config, place));
  if (files.length > 0) return { files: placed(files), bars: placed(bars) };
  if (config.input.kind !== 'files')
    throw new UsageFailure(
      'no files are named, and the configured input is not one of files',
      'name files in the input',
    );
  return { files: config.input.depth, bars: bars.length > 0 ? placed(bars) : config.input.bars };
}

function settingsOf(settings: Readonly<Record<string, unknown>>) {
  const parsed = backtestSettings.safeParse(settings);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path: field, message }) => `settings.${field.join('.')}: ${message}`);
  throw new UsageFailure(problems.join('; '), 'docs/backtest.md lists the settings');
}

function readPlan(folder: RunFolder, reference: Reference): StoredPlan {
  return storedPlan.parse(
    jsonOfFormat('backtest plan', folder.file(PLAN), folder.read(reference, PLAN).toString('utf8')),
  );
}

/** Only of a date that the plan names: it becomes part of a path. */
function dayFile(tradeDate: string): string {
  return `days/${tradeDate}.json`;
}

function foreignDay(): Failure {
  return new Failure('WrongAsk', 'a day is not one of the plan of this backtest, or is named twice', 'start it anew');
}

/** The heads that the plan means, and no others. */
async function loadPlanned({ place, name, sha256 }: StoredPlan['release']): Promise<ReplayHeads> {
  const loaded = await loadReplayHeads(place);
  if (loaded.sha256 === sha256) return loaded;
  await loaded.heads.release();
  throw new Failure(
    'ReleaseChanged',
    `${place} is not the ${name} any more that the backtest began with`,
    'start it anew',
  );
}
