/** A file that is still written to carries this after its final name; nobody else may touch it. */
export const OPEN_SUFFIX = '.open';

export interface SegmentName {
  readonly instrument: string;
  readonly tradeDate: string;
  /** 1 for the first segment of an instrument's trade date. */
  readonly number: number;
}

/** What was captured of a contract on a trade date. */
export type CapturedDay = Pick<SegmentName, 'instrument' | 'tradeDate'>;

export function segmentFile({ instrument, tradeDate, number }: SegmentName): string {
  return `dom_ib-${instrument}-${tradeDate}-${number}.jsonl`;
}

/** @returns null where the file is no capture segment: open, closed, or closed and packed since */
export function parseSegmentFile(file: string): (SegmentName & { readonly open: boolean }) | null {
  const match = /^dom_ib-(.+)-(\d{4}-\d\d-\d\d)-(\d+)\.jsonl(\.open|\.gz)?$/.exec(file);
  if (!match) return null;
  return { instrument: match[1]!, tradeDate: match[2]!, number: Number(match[3]), open: match[4] === OPEN_SUFFIX };
}
