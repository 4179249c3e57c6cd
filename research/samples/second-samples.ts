import { calendarOfInstrument } from '../../shared/market/calendar/product-calendars.js';
import { type EventBatch, EventKind } from '../../shared/market/events/event-batch.js';
import type { FeatureEngine } from '../../shared/market/features/feature-engine.js';
import { type FeaturePlan, planFeatures } from '../../shared/market/features/feature-plan.js';
import type { Due } from '../../shared/market/features/second-sampler.js';
import type { HeadSamples, HeadSpec } from '../../shared/model/heads/head.js';
import { SampleColumns } from './sample-columns.js';
import { countDrop, type DropReason, type HeadReport } from './sample-report.js';
import { TrustedTimes } from './trusted-times.js';

/**
 * Samples of one head that looks at the book: a row each second, labelled by the mid that is in force at the end of
 * the horizon. A label never reaches across a reset, a gap, the end of the stream or the end of the trade date.
 */
export class SecondSamples {
  readonly report: HeadReport = { kept: 0, dropped: {}, perClass: [] };
  private readonly plan: FeaturePlan;
  private readonly columns: SampleColumns;
  /** Rows whose label is not known yet, the oldest first; those before `firstOpen` are done. */
  private open: OpenRow[] = [];
  private firstOpen = 0;

  /** @param feeTicks fees of one contract, one side */
  constructor(
    private readonly head: HeadSpec,
    private readonly engine: FeatureEngine,
    private readonly feeTicks: number,
    private readonly trusted = new TrustedTimes(),
  ) {
    this.plan = planFeatures(head.features);
    this.columns = new SampleColumns(head);
  }

  /** Before the engine takes event `i`: labels that end before it get the mid that is in force now. */
  beforeEvent(batch: EventBatch, i: number): void {
    const nowNs = this.engine.timeNs(batch, i);
    while (this.firstOpen < this.open.length && this.open[this.firstOpen]!.endNs < nowNs)
      this.close(this.open[this.firstOpen++]!);
    const kind = batch.kind[i];
    if (kind === EventKind.reset || kind === EventKind.gap) this.dropOpen('break');
  }

  /** After the engine took event `i`: opens the row that is due. */
  afterEvent(batch: EventBatch, i: number, due: Due): void {
    if (due === 'nothing') return;
    const row = new Float32Array(this.head.features.length);
    if (due === 'no-book') countDrop(this.report, 'no-book');
    else if (!this.engine.read(this.plan, row)) countDrop(this.report, 'cold');
    else this.openRow(row, batch.instrument, batch.baseNs + BigInt(batch.tsRecvNs[i]!));
  }

  /** Nothing follows that could end an open label. */
  endStream(): void {
    this.dropOpen('file-end');
  }

  finish(): HeadSamples {
    const samples = this.columns.finish();
    describeRows(this.report, samples);
    return samples;
  }

  private openRow(row: Float32Array, instrument: string, startNs: bigint): void {
    // Whole milliseconds that enclose the label's interval: purging may take a little too much, never too little.
    const startMs = Number(startNs / MS_NS);
    const endMs = Number((startNs + MS_NS - 1n) / MS_NS) + this.head.horizonMs;
    const { tradeDateOf } = calendarOfInstrument(instrument);
    const tradeDate = tradeDateOf(startMs);
    if (tradeDateOf(endMs) !== tradeDate) {
      countDrop(this.report, 'session-end');
      return;
    }
    if (!this.trusted.covers(startMs - this.plan.windowMs, endMs)) {
      countDrop(this.report, 'doubtful');
      return;
    }
    const { state } = this.engine;
    if (this.firstOpen === this.open.length) this.forgetClosed();
    this.open.push({
      row,
      endNs: state.nowNs + this.head.horizonMs * 1e6,
      startMs,
      endMs,
      tradeDate: Number(tradeDate.replaceAll('-', '')),
      midHalfTicks: state.midHalfTicks,
      costTicks: state.askTicks - state.bidTicks + 2 * this.feeTicks,
    });
  }

  private close(row: OpenRow): void {
    const moveTicks = (this.engine.state.midHalfTicks - row.midHalfTicks) / 2;
    this.columns.push(row.row, { ...row, moveTicks });
    if (this.firstOpen > 4096) this.forgetClosed();
  }

  private dropOpen(reason: DropReason): void {
    countDrop(this.report, reason, this.open.length - this.firstOpen);
    this.firstOpen = this.open.length;
    this.forgetClosed();
  }

  private forgetClosed(): void {
    this.open = this.open.slice(this.firstOpen);
    this.firstOpen = 0;
  }
}

const MS_NS = 1_000_000n;

interface OpenRow {
  readonly row: Float32Array;
  /** End of the label, as the engine counts time. */
  readonly endNs: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly tradeDate: number;
  readonly midHalfTicks: number;
  readonly costTicks: number;
}

/** Counts the rows kept, and of each class. */
export function describeRows(report: HeadReport, { head, rows, label }: HeadSamples): void {
  report.kept = rows;
  report.perClass.push(...new Array<number>(head.classes).fill(0));
  for (const value of label) report.perClass[value]!++;
}
