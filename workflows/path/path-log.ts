import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  setCurrentDetails,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { CaptureState } from '../../shared/orchestration/path/capture-state.js';
import { PATH_ATTRIBUTES } from '../../shared/orchestration/path/search-attributes.js';
import { SHIP_ATTRIBUTES } from '../../shared/orchestration/ship/search-attributes.js';

const REMARKS_MAX = 20;
/** A lag that changed by less is not told anew: every change is a line of the history. */
const LAG_STEP_SECONDS = 5;

/** Of a stream, as far as the run knows. */
export interface StreamRow {
  readonly stream: string;
  readonly sealedSeq: number;
  receivedSeq: number;
}

/** What is known of a day on its way back, told to operators as it changes. */
export class PathLog {
  state: CaptureState | null = null;
  readonly streams = new Map<string, StreamRow>();
  readonly remarks: string[] = [];
  batches = 0;
  rows = 0;
  bytesSent = 0;
  lagSeconds: number | null = null;
  private toldLagSeconds: number | null = null;

  constructor(
    private readonly title: string,
    tradeDate: string,
    instrument: string | null,
  ) {
    upsertSearchAttributes([
      { key: PATH_ATTRIBUTES.tradeDate, value: tradeDate },
      ...(instrument === null ? [] : [{ key: SHIP_ATTRIBUTES.instrument, value: instrument }]),
    ]);
  }

  enter(state: CaptureState): void {
    if (this.state !== state) upsertSearchAttributes([{ key: PATH_ATTRIBUTES.state, value: state }]);
    this.state = state;
    this.show();
  }

  sealed(places: readonly { readonly stream: string; readonly seq: number }[]): void {
    for (const { stream, seq } of places)
      this.streams.set(stream, { stream, sealedSeq: seq, receivedSeq: this.streams.get(stream)?.receivedSeq ?? 0 });
    this.show();
  }

  received(missing: readonly { readonly stream: string; readonly taken: number }[]): void {
    for (const row of this.streams.values())
      row.receivedSeq = missing.find(({ stream }) => stream === row.stream)?.taken ?? row.sealedSeq;
    this.show();
  }

  lag(seconds: number): void {
    this.lagSeconds = seconds;
    if (this.toldLagSeconds === null || Math.abs(seconds - this.toldLagSeconds) >= LAG_STEP_SECONDS) {
      upsertSearchAttributes([{ key: PATH_ATTRIBUTES.lagSeconds, value: seconds }]);
      this.toldLagSeconds = seconds;
    }
  }

  /** The same sentence once. */
  remark(sentence: string): void {
    if (this.remarks.includes(sentence)) return;
    this.remarks.push(sentence);
    if (this.remarks.length > REMARKS_MAX) this.remarks.shift();
    this.show();
  }

  fail(failure: unknown): void {
    const cause = failure instanceof ActivityFailure ? failure.cause : failure;
    if (isCancellation(failure)) {
      this.enter('Aborted');
      return;
    }
    if (cause instanceof Error) this.remark(cause.message);
    this.enter(cause instanceof ApplicationFailure && cause.nonRetryable ? 'Refused' : 'Failed');
  }

  private show(): void {
    const rows = [...this.streams.values()].map(
      ({ stream, sealedSeq, receivedSeq }) =>
        `| ${stream} | ${sealedSeq} | ${receivedSeq} | ${sealedSeq - receivedSeq || ''} |`,
    );
    const parts = [
      `## ${this.title}: ${this.state}`,
      `${counted(this.batches, 'batch', 'batches')}, ${counted(this.rows, 'line', 'lines')}, ${this.bytesSent} bytes sent${this.lagSeconds === null ? '' : `, lag ${this.lagSeconds.toFixed(1)} s`}`,
      rows.length > 0
        ? ['| stream | sealed to | received to | missing |', '|---|--:|--:|--:|', ...rows].join('\n')
        : '',
      ...this.remarks,
    ];
    setCurrentDetails(parts.filter((part) => part !== '').join('\n\n'));
  }
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
