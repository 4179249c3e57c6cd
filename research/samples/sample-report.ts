import type { HeadName } from '../../shared/model/heads/head.js';

/** Why a moment that was due gave no row. */
export type DropReason =
  | 'cold' // a feature was not warm, or an input stale
  | 'no-book' // no settled book for a whole second
  | 'break' // a reset or gap came before the end of the label
  | 'file-end' // the stream ended before the label did
  | 'session-end' // the label would end in another trade date
  | 'no-bar' // no five-minute bar closes where the label ends
  | 'doubtful'; // two captures do not agree on what it looks at, or on its label

/** What the samples of one head were made from. */
export interface HeadReport {
  kept: number;
  readonly dropped: Partial<Record<DropReason, number>>;
  /** Rows of each class. */
  readonly perClass: number[];
}

export interface SampleReport {
  /** True where any input says that it is generated: say SYNTHETIC wherever a result is shown. */
  synthetic: boolean;
  readonly sources: number;
  /** Depth events read, of every kind. */
  events: number;
  bars: number;
  /** Bars without a volume: their bar_volume_ratio is NaN. */
  missingVolumes: number;
  /** Places where events are missing: lost by the feed, or lines that were no events. */
  gaps: number;
  readonly heads: Record<HeadName, HeadReport>;
}

export function countDrop(report: HeadReport, reason: DropReason, rows = 1): void {
  if (rows > 0) report.dropped[reason] = (report.dropped[reason] ?? 0) + rows;
}
