import path from 'node:path';
import { z } from 'zod';
import { backtestDay } from '../../research/backtest/backtest-day.js';
import { summarise } from '../../research/backtest/backtest-report.js';
import { backtestSettings } from '../../research/backtest/backtest-settings.js';
import { byTradeDate } from '../../research/backtest/by-trade-date.js';
import { decodeDay, encodeDay } from '../../research/backtest/day-file.js';
import { reportPage } from '../../research/backtest/report/report-page.js';
import { openEventStream } from '../../research/replay/event-stream.js';
import { loadReplayHeads, type ReplayHeads, releaseTarball } from '../../research/replay/load-heads.js';
import { replaceFile } from '../../shared/disk/replace-file.js';
import { isSynthetic } from '../../shared/events/depth-header.js';
import { Failure, UsageFailure } from '../../shared/failure.js';
import { type Reference, sha256Hex } from '../../shared/reference.js';
import { step } from '../step.js';
import type { BacktestActivities } from './backtest-contract.js';
import type { ResearchDependencies } from './dependencies.js';
import { readReference, referenceTo } from './ship-folder.js';

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

/** Days of a backtest, each on its own: whichever worker runs it, and however often, it writes the same bytes. */
export function createBacktestSteps({ config }: Pick<ResearchDependencies, 'config'>): BacktestActivities {
  const write = (backtestId: string, name: string, text: string): Reference => {
    const file = path.join(config.home, 'research', 'backtests', backtestId.replace(/[^A-Za-z0-9._-]+/g, '-'), name);
    replaceFile(file, text);
    return referenceTo(file, Buffer.from(text));
  };
  return {
    planBacktest: ({ backtestId, request }) =>
      step(async () => {
        const { files, bars } = inputOf(request, config);
        const settings = settingsOf(request.settings);
        const streams = await Promise.all(files.map((file) => openEventStream(file)));
        const days = byTradeDate(streams, request);
        const { header } = [...days.values()][0]![0]!;
        const place = request.release ?? releaseTarball(config.home);
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
          plan: write(backtestId, 'plan.json', `${JSON.stringify(plan)}\n`),
        };
      }),

    backtestDay: ({ backtestId, plan, tradeDate }) =>
      step(async ({ progress, signal }) => {
        const { days, barFiles, settings, release } = readPlan(plan.plan);
        const files = days.find((day) => day.tradeDate === tradeDate)?.files ?? [];
        const streams = await Promise.all(files.map((file) => openEventStream(file, { signal })));
        const loaded = await loadPlanned(release);
        try {
          const onProgress = (events: number) => progress({ doing: `${tradeDate}: events`, done: events });
          const ask = { tradeDate, streams, barFiles, release: loaded, settings, onProgress, signal };
          const day = await backtestDay(ask);
          const result = write(backtestId, `days/${tradeDate}.json`, encodeDay(day));
          return { tradeDate, trades: day.fills.length, pnl: day.pnl, digest: day.digest, result };
        } finally {
          await loaded.heads.release();
        }
      }),

    concludeBacktest: ({ backtestId, plan, days }) =>
      step(async () => {
        const { settings, tickSize, release } = readPlan(plan.plan);
        const results = days.map(({ result }) => decodeDay(readReference(result)));
        const summary = summarise(results);
        const page = reportPage({ summary, days: results, settings, tickSize, release: release.name });
        const { instrument, synthetic, trades, pnl, fees, fillRate, maxDrawdown, digest } = summary;
        return {
          ...{ instrument, synthetic, release: release.name, days: results.length, trades, pnl, fees, fillRate },
          ...{ maxDrawdown, digest },
          summary: write(backtestId, 'summary.json', `${JSON.stringify({ ...summary, settings, release })}\n`),
          report: write(backtestId, 'report.html', page),
        };
      }),
  };
}

/** The files asked for, or those that the configured input names. */
function inputOf(
  { files, bars }: { files: readonly string[]; bars: readonly string[] },
  config: ResearchDependencies['config'],
) {
  if (files.length > 0) return { files, bars };
  if (config.input.kind !== 'files')
    throw new UsageFailure(
      'no files are named, and the configured input is not one of files',
      'name files in the input',
    );
  return { files: config.input.depth, bars: bars.length > 0 ? bars : config.input.bars };
}

function settingsOf(settings: Readonly<Record<string, unknown>>) {
  const parsed = backtestSettings.safeParse(settings);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path: field, message }) => `settings.${field.join('.')}: ${message}`);
  throw new UsageFailure(problems.join('; '), 'docs/backtest.md lists the settings');
}

function readPlan(reference: Reference): StoredPlan {
  return storedPlan.parse(JSON.parse(readReference(reference).toString('utf8')));
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
