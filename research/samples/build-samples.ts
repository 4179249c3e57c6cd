import type { Bar } from '../../shared/events/bar.js';
import { readBarsFile } from '../../shared/events/bars-csv.js';
import { isSynthetic } from '../../shared/events/depth-header.js';
import { type DepthFile, openDepthFile } from '../../shared/events/depth-jsonl.js';
import { BadInput } from '../../shared/failure.js';
import { SampledMarket } from '../../shared/features/sampled-market.js';
import { HEAD_NAMES, type HeadName, type HeadSamples } from '../../shared/heads/head.js';
import { HEAD_SAMPLING, HEAD_SPECS } from '../../shared/heads/head-specs.js';
import { sampleBars } from './bar-samples.js';
import type { SampleReport } from './sample-report.js';
import { SecondSamples } from './second-samples.js';

export interface SampleSources {
  /** In order of time; one instrument, or contracts that follow each other with the same tick size. */
  readonly depthFiles: readonly string[];
  /** In order of time; one series. */
  readonly barsFiles: readonly string[];
}

export interface SampleOptions {
  /** Default: every head. */
  readonly heads?: readonly HeadName[];
  /** Fees of one contract, one side, in ticks. */
  readonly feeTicks: number;
  /** Tick size of the bars' instrument, points. */
  readonly barTickSize: number;
  /** As in openDepthFile. */
  readonly onBrokenLine?: 'refuse' | 'gap';
  readonly onProgress?: (progress: SampleProgress) => void;
  readonly signal?: AbortSignal;
}

export interface SampleProgress {
  readonly file: string;
  /** Files done before this one, of all depth and bars files. */
  readonly filesDone: number;
  readonly files: number;
  /** Depth events read so far, over all files. */
  readonly events: number;
}

export interface BuiltSamples {
  readonly samples: Partial<Record<HeadName, HeadSamples>>;
  readonly report: SampleReport;
}

/**
 * Market data -> labelled rows of the heads, by the readers, the engine and the sampling that trading uses. The depth
 * files are read once for all heads.
 * @throws BadInput naming the file; the signal's reason when aborted
 */
export async function buildSamples(sources: SampleSources, options: SampleOptions): Promise<BuiltSamples> {
  const heads = options.heads ?? HEAD_NAMES;
  const report: SampleReport = {
    synthetic: false,
    files: sources.depthFiles.length + sources.barsFiles.length,
    events: 0,
    bars: 0,
    missingVolumes: 0,
    brokenLines: 0,
    heads: {},
  };
  const samples: Partial<Record<HeadName, HeadSamples>> = {};
  const bookHeads = heads.filter((name) => HEAD_SAMPLING[name] === 'second');
  if (bookHeads.length > 0 && sources.depthFiles.length > 0)
    for (const sampler of await sampleDepth(bookHeads, sources.depthFiles, options, report)) {
      const finished = sampler.finish();
      samples[finished.head.name] = finished;
      report.heads[finished.head.name] = sampler.report;
    }
  const barHeads = heads.filter((name) => HEAD_SAMPLING[name] === 'bar');
  if (barHeads.length > 0 && sources.barsFiles.length > 0) {
    const bars = await readAllBars(sources, options, report);
    for (const name of barHeads) {
      const built = sampleBars(HEAD_SPECS[name], bars, options.barTickSize, options.feeTicks);
      samples[name] = built.samples;
      report.heads[name] = built.report;
    }
  }
  return { samples, report };
}

async function sampleDepth(
  heads: readonly HeadName[],
  paths: readonly string[],
  options: SampleOptions,
  report: SampleReport,
): Promise<SecondSamples[]> {
  let market: SampledMarket | null = null;
  let samplers: SecondSamples[] = [];
  let previous: DepthFile | null = null;
  for (const [filesDone, path] of paths.entries()) {
    const { signal, onBrokenLine } = options;
    const file: DepthFile = await openDepthFile(path, { signal, onBrokenLine });
    if (!market) {
      const first = new SampledMarket(file.header.tickSize);
      samplers = heads.map((name) => new SecondSamples(HEAD_SPECS[name], first.engine, options.feeTicks));
      market = first;
    }
    if (previous && previous.header.tickSize !== file.header.tickSize)
      throw new BadInput(
        path,
        'line 1',
        `its tick size ${file.header.tickSize} is not that of the files before`,
        'build samples of one instrument at a time',
      );
    if (previous && !isContinued(previous, file)) market.beginStream();
    previous = file;
    report.synthetic ||= isSynthetic(file.header);
    for await (const batch of file.batches()) {
      options.signal?.throwIfAborted();
      if (market.engine.timeNs(batch, 0) < market.engine.state.nowNs)
        throw new BadInput(path, undefined, 'begins before the file before it ends', 'give the files in order of time');
      for (let i = 0; i < batch.length; i++) {
        for (const sampler of samplers) sampler.beforeEvent(batch, i);
        const due = market.onEvent(batch, i);
        if (due !== 'nothing') for (const sampler of samplers) sampler.afterEvent(batch, i, due);
      }
      report.events += batch.length;
      options.onProgress?.({ file: path, filesDone, files: report.files, events: report.events });
    }
    for (const sampler of samplers) sampler.endStream();
    report.brokenLines += file.counts.brokenLines;
  }
  return samplers;
}

/** The next segment of the same capture goes on with the same book. */
function isContinued({ header: before }: DepthFile, { header: after }: DepthFile): boolean {
  return (
    after.tradeDate !== undefined && after.tradeDate === before.tradeDate && after.instrument === before.instrument
  );
}

async function readAllBars(sources: SampleSources, options: SampleOptions, report: SampleReport): Promise<Bar[]> {
  const all: Bar[] = [];
  for (const [index, path] of sources.barsFiles.entries()) {
    options.onProgress?.({
      file: path,
      filesDone: sources.depthFiles.length + index,
      files: report.files,
      events: report.events,
    });
    const { bars, synthetic, missingVolumes } = await readBarsFile(path, options.signal);
    if (bars[0] && all.length > 0 && bars[0].openMs <= all.at(-1)!.openMs)
      throw new BadInput(path, undefined, 'begins before the file before it ends', 'give the files in order of time');
    for (const bar of bars) all.push(bar);
    report.synthetic ||= synthetic;
    report.missingVolumes += missingVolumes;
  }
  report.bars = all.length;
  return all;
}
