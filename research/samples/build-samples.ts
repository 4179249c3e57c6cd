import { BadInput } from '../../shared/failure.js';
import type { Bar } from '../../shared/market/events/bar.js';
import { type EventBatch, EventKind } from '../../shared/market/events/event-batch.js';
import { SampledMarket } from '../../shared/market/features/sampled-market.js';
import type { HeadName, HeadSamples, HeadSpec } from '../../shared/model/heads/head.js';
import { HEADS } from '../../shared/model/heads/head-specs.js';
import { samplingOf } from '../../shared/model/heads/sampling.js';
import { appendBars, type BarSeries, type GrowingSeries, sampleBars } from './bar-samples.js';
import type { SampleReport } from './sample-report.js';
import { SecondSamples } from './second-samples.js';
import { type TimeSpan, TrustedTimes } from './trusted-times.js';

/** A recorded stretch of depth. */
export interface DepthSource {
  /** For messages. */
  readonly name: string;
  readonly instrument: string;
  /** Points. */
  readonly tickSize: number;
  /** Exchange trade date, where it is known and only one: the next stretch of the same date goes on with the same book. */
  readonly tradeDate: string | undefined;
  readonly synthetic: boolean;
  /** A batch is valid until the next one is asked for. */
  batches(): AsyncGenerator<EventBatch>;
}

export interface BarsSource {
  readonly name: string;
  /** '' where it is not known: its rows are dated by the day that all products have in common. */
  readonly instrument: string;
  readonly synthetic: boolean;
  /** In order of time. */
  read(): Promise<readonly Bar[]>;
}

export interface SampleSources {
  /** In order of time; one instrument, or contracts that follow each other with the same tick size. */
  readonly depth: readonly DepthSource[];
  /** In order of time; one contract, or contracts that follow each other. */
  readonly bars: readonly BarsSource[];
}

export interface SampleOptions {
  /** Default: every head that this code trains. */
  readonly heads?: readonly HeadSpec[];
  /** Fees of one contract, one side, in ticks. */
  readonly feeTicks: number;
  /** Tick size of the bars' instrument, points. */
  readonly barTickSize: number;
  /** Rows that look at these times, or whose label does, are left out. */
  readonly doubtful?: readonly TimeSpan[] | undefined;
  readonly onProgress?: (progress: SampleProgress) => void;
  readonly signal?: AbortSignal;
}

export interface SampleProgress {
  readonly source: string;
  /** Sources done before this one, of all depth and bars. */
  readonly sourcesDone: number;
  readonly sources: number;
  /** Depth events read so far, over all files. */
  readonly events: number;
}

export interface BuiltSamples {
  readonly samples: Partial<Record<HeadName, HeadSamples>>;
  readonly report: SampleReport;
}

/**
 * Market data -> labelled rows of the heads, by the engine and the sampling that trading uses. The depth is read once
 * for all heads.
 * @throws BadInput naming the source; the signal's reason when aborted
 */
export async function buildSamples(sources: SampleSources, options: SampleOptions): Promise<BuiltSamples> {
  const heads: readonly HeadSpec[] = options.heads ?? HEADS.map(({ spec }) => spec);
  const report: SampleReport = {
    synthetic: false,
    sources: sources.depth.length + sources.bars.length,
    events: 0,
    bars: 0,
    missingVolumes: 0,
    gaps: 0,
    heads: {},
  };
  const samples: Partial<Record<HeadName, HeadSamples>> = {};
  const trusted = new TrustedTimes(options.doubtful);
  const bookHeads = heads.filter((head) => samplingOf(head) === 'second');
  if (bookHeads.length > 0 && sources.depth.length > 0)
    for (const sampler of await sampleDepth(bookHeads, sources.depth, options, trusted, report)) {
      const finished = sampler.finish();
      samples[finished.head.name] = finished;
      report.heads[finished.head.name] = sampler.report;
    }
  const barHeads = heads.filter((head) => samplingOf(head) === 'bar');
  if (barHeads.length > 0 && sources.bars.length > 0) {
    const series = await readAllBars(sources, options, report);
    for (const head of barHeads) {
      const built = sampleBars(head, series, options.barTickSize, options.feeTicks, trusted);
      samples[head.name] = built.samples;
      report.heads[head.name] = built.report;
    }
  }
  return { samples, report };
}

async function sampleDepth(
  heads: readonly HeadSpec[],
  sources: readonly DepthSource[],
  options: SampleOptions,
  trusted: TrustedTimes,
  report: SampleReport,
): Promise<SecondSamples[]> {
  let market: SampledMarket | null = null;
  let samplers: SecondSamples[] = [];
  let previous: DepthSource | null = null;
  for (const [sourcesDone, source] of sources.entries()) {
    if (!market) {
      const first = new SampledMarket(source.tickSize);
      samplers = heads.map((head) => new SecondSamples(head, first.engine, options.feeTicks, trusted));
      market = first;
    }
    if (previous && previous.tickSize !== source.tickSize)
      throw new BadInput(
        source.name,
        undefined,
        `its tick size ${source.tickSize} is not that of the files before`,
        'build samples of one instrument at a time',
      );
    if (previous && previous.instrument !== source.instrument) market.beginContract();
    else if (previous && !isContinued(previous, source)) market.beginStream();
    previous = source;
    report.synthetic ||= source.synthetic;
    for await (const batch of source.batches()) {
      options.signal?.throwIfAborted();
      if (market.engine.timeNs(batch, 0) < market.engine.state.nowNs) throw outOfOrder(source);
      for (let i = 0; i < batch.length; i++) {
        for (const sampler of samplers) sampler.beforeEvent(batch, i);
        const due = market.onEvent(batch, i);
        if (batch.kind[i] === EventKind.gap) report.gaps++;
        if (due !== 'nothing') for (const sampler of samplers) sampler.afterEvent(batch, i, due);
      }
      report.events += batch.length;
      options.onProgress?.({ source: source.name, sourcesDone, sources: report.sources, events: report.events });
    }
    for (const sampler of samplers) sampler.endStream();
  }
  return samplers;
}

/** The next segment of the same capture goes on with the same book. */
function isContinued(before: DepthSource, after: DepthSource): boolean {
  return (
    after.tradeDate !== undefined && after.tradeDate === before.tradeDate && after.instrument === before.instrument
  );
}

/** Bars of the same contract that follow each other are one series. */
async function readAllBars(sources: SampleSources, options: SampleOptions, report: SampleReport): Promise<BarSeries[]> {
  const all: GrowingSeries[] = [];
  for (const [index, source] of sources.bars.entries()) {
    options.signal?.throwIfAborted();
    const sourcesDone = sources.depth.length + index;
    options.onProgress?.({ source: source.name, sourcesDone, sources: report.sources, events: report.events });
    const bars = await source.read();
    if (bars.length === 0) continue;
    const last = all.at(-1);
    if (last && bars[0]!.openMs <= last.bars.at(-1)!.openMs) throw outOfOrder(source);
    appendBars(all, source.instrument, bars);
    report.bars += bars.length;
    report.synthetic ||= source.synthetic;
    report.missingVolumes += bars.filter(({ volume }) => Number.isNaN(volume)).length;
  }
  return all;
}

function outOfOrder({ name }: { readonly name: string }): BadInput {
  return new BadInput(name, undefined, 'begins before what comes before it ends', 'give the files in order of time');
}
