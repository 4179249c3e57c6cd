import { calendarOfInstrument } from '../../shared/market/calendar/product-calendars.js';
import { BAR_MS, type Bar } from '../../shared/market/events/bar.js';
import { FeatureEngine } from '../../shared/market/features/feature-engine.js';
import { planFeatures } from '../../shared/market/features/feature-plan.js';
import type { HeadSamples, HeadSpec } from '../../shared/model/heads/head.js';
import { SampleColumns } from './sample-columns.js';
import { countDrop, type HeadReport } from './sample-report.js';
import { describeRows } from './second-samples.js';
import { TrustedTimes } from './trusted-times.js';

/** Spread that a bar does not show: the least there is. */
const SPREAD_TICKS = 1;

/** Bars of one contract, in order of time. */
export interface BarSeries {
  /** '' where it is not known. */
  readonly instrument: string;
  readonly bars: readonly Bar[];
}

/** Bars of one contract, still to be continued. */
export interface GrowingSeries extends BarSeries {
  readonly bars: Bar[];
}

/** Bars of the contract before continue its series; those of another begin one. */
export function appendBars(all: GrowingSeries[], instrument: string, bars: readonly Bar[]): void {
  const last = all.at(-1);
  if (last?.instrument === instrument) for (const bar of bars) last.bars.push(bar);
  else all.push({ instrument, bars: [...bars] });
}

/**
 * Samples of a head that looks at bars only: a row where each bar closes, labelled by the close of the bar that ends
 * with the horizon. A label never reaches into another trade date, and needs that very bar; no feature looks at two series.
 * @param tickSize in points
 * @param feeTicks fees of one contract, one side
 */
export function sampleBars(
  head: HeadSpec,
  series: readonly BarSeries[],
  tickSize: number,
  feeTicks: number,
  trusted = new TrustedTimes(),
): { samples: HeadSamples; report: HeadReport } {
  const report: HeadReport = { kept: 0, dropped: {}, perClass: [] };
  const columns = new SampleColumns(head);
  const engine = new FeatureEngine();
  const plan = planFeatures(head.features);
  const row = new Float32Array(head.features.length);
  for (const { instrument, bars } of series) {
    engine.beginContract();
    engine.state.session.follow(instrument);
    const { tradeDateOf } = calendarOfInstrument(instrument);
    for (let i = 0; i < bars.length; i++) {
      const bar = bars[i]!;
      engine.onBar(bar);
      if (!engine.read(plan, row)) {
        countDrop(report, 'cold');
        continue;
      }
      const startMs = bar.openMs + BAR_MS;
      const endMs = startMs + head.horizonMs;
      const tradeDate = tradeDateOf(bar.openMs);
      // The interval's last instant belongs to the session that closes with it.
      if (tradeDateOf(endMs - 1) !== tradeDate) {
        countDrop(report, 'session-end');
        continue;
      }
      if (!trusted.covers(startMs - Math.max(1, plan.bars) * BAR_MS, endMs)) {
        countDrop(report, 'doubtful');
        continue;
      }
      const end = barThatOpens(bars, i + 1, endMs - BAR_MS);
      if (!end) {
        countDrop(report, 'no-bar');
        continue;
      }
      columns.push(row, {
        startMs,
        endMs,
        tradeDate: Number(tradeDate.replaceAll('-', '')),
        moveTicks: (end.close - bar.close) / tickSize,
        costTicks: SPREAD_TICKS + 2 * feeTicks,
      });
    }
  }
  const samples = columns.finish();
  describeRows(report, samples);
  return { samples, report };
}

function barThatOpens(bars: readonly Bar[], from: number, openMs: number): Bar | undefined {
  let i = from;
  while (i < bars.length && bars[i]!.openMs < openMs) i++;
  return bars[i]?.openMs === openMs ? bars[i] : undefined;
}
