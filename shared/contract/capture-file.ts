import { type CaptureSource, IB_SOURCE } from './capture-source.js';

/** A file that is still written to carries this after its final name; nobody else may touch it. */
export const OPEN_SUFFIX = '.open';

export interface SegmentName {
  readonly source?: CaptureSource | undefined;
  readonly instrument: string;
  readonly tradeDate: string;
  /** 1 for the first segment of an instrument's trade date. */
  readonly number: number;
}

/** What was captured of a contract on a trade date, by the bridge where no other source is named. */
export type CapturedDay = Pick<SegmentName, 'source' | 'instrument' | 'tradeDate'>;

export function segmentFile({ source = IB_SOURCE, instrument, tradeDate, number }: SegmentName): string {
  return `${source}-${instrument}-${tradeDate}-${number}.jsonl`;
}

/** @returns null where the file is no capture segment of this source: open, closed, or closed and packed since */
export function parseSegmentFile(
  file: string,
  source: CaptureSource = IB_SOURCE,
): (SegmentName & { readonly source: CaptureSource; readonly open: boolean }) | null {
  const match = /^([a-z0-9_]+)-(.+)-(\d{4}-\d\d-\d\d)-(\d+)\.jsonl(\.open|\.gz)?$/.exec(file);
  if (match?.[1] !== source) return null;
  const [, , instrument, tradeDate, number, ending] = match;
  return {
    ...{ source, instrument: instrument!, tradeDate: tradeDate!, number: Number(number) },
    open: ending === OPEN_SUFFIX,
  };
}
