import type { HeadSamples, HeadSpec } from '../../shared/model/heads/head.js';

/** What belongs to a row besides its features; fields as in HeadSamples. */
export interface LabelledMoment {
  readonly startMs: number;
  readonly endMs: number;
  readonly tradeDate: number;
  readonly moveTicks: number;
  readonly costTicks: number;
}

/** Labelled rows of one head while their number is not known yet: columns that double when they are full. */
export class SampleColumns {
  private rows = 0;
  private features: Float32Array;
  private label = new Uint8Array(FIRST_CAPACITY);
  private startMs = new Float64Array(FIRST_CAPACITY);
  private endMs = new Float64Array(FIRST_CAPACITY);
  private tradeDate = new Int32Array(FIRST_CAPACITY);
  private moveTicks = new Float32Array(FIRST_CAPACITY);
  private costTicks = new Float32Array(FIRST_CAPACITY);

  constructor(private readonly head: HeadSpec) {
    this.features = new Float32Array(FIRST_CAPACITY * head.features.length);
  }

  /** Appends a row. @param row is copied */
  push(row: Float32Array, moment: LabelledMoment): void {
    if (this.rows === this.label.length) this.grow(2 * this.rows);
    const i = this.rows++;
    this.features.set(row, i * row.length);
    this.label[i] = labelOf(this.head, moment.moveTicks);
    this.startMs[i] = moment.startMs;
    this.endMs[i] = moment.endMs;
    this.tradeDate[i] = moment.tradeDate;
    this.moveTicks[i] = moment.moveTicks;
    this.costTicks[i] = moment.costTicks;
  }

  /** The rows pushed, in that order. */
  finish(): HeadSamples {
    const { head, rows } = this;
    const columns = head.features.length;
    const features = new Float32Array(new SharedArrayBuffer(4 * rows * columns));
    features.set(this.features.subarray(0, rows * columns));
    return {
      head,
      rows,
      columns,
      features,
      label: this.label.slice(0, rows),
      startMs: this.startMs.slice(0, rows),
      endMs: this.endMs.slice(0, rows),
      tradeDate: this.tradeDate.slice(0, rows),
      moveTicks: this.moveTicks.slice(0, rows),
      costTicks: this.costTicks.slice(0, rows),
    };
  }

  private grow(capacity: number): void {
    this.features = copied(this.features, new Float32Array(capacity * this.head.features.length));
    this.label = copied(this.label, new Uint8Array(capacity));
    this.startMs = copied(this.startMs, new Float64Array(capacity));
    this.endMs = copied(this.endMs, new Float64Array(capacity));
    this.tradeDate = copied(this.tradeDate, new Int32Array(capacity));
    this.moveTicks = copied(this.moveTicks, new Float32Array(capacity));
    this.costTicks = copied(this.costTicks, new Float32Array(capacity));
  }
}

const FIRST_CAPACITY = 1024;

/** Class of a move: 0 down or 1 up of two; 0 down, 1 flat, 2 up of three. Of two classes, no move is not up. */
export function labelOf({ classes, flatTicks }: HeadSpec, moveTicks: number): number {
  if (classes === 2) return moveTicks > 0 ? 1 : 0;
  if (Math.abs(moveTicks) <= flatTicks) return 1;
  return moveTicks > 0 ? 2 : 0;
}

function copied<T extends Float64Array | Float32Array | Int32Array | Uint8Array>(from: T, into: T): T {
  into.set(from);
  return into;
}
