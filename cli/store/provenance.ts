import type { DayRecord } from '../../research/ingest/day-record.js';

/** Which signed batches a captured day of the store came from. */
export type Provenance = ReturnType<typeof provenanceOf>;

export function provenanceOf({
  instrument,
  tradeDate,
  synthetic,
  broker,
  stream,
  epoch,
  batches,
  closedBy,
}: DayRecord) {
  const seqs = batches.map(({ seq }) => seq);
  const [firstSeq, lastSeq] = [seqs[0] ?? 0, seqs.at(-1) ?? 0];
  return { instrument, tradeDate, synthetic, broker, stream, epoch, firstSeq, lastSeq, closedBy };
}

export function provenanceText(days: readonly Provenance[]): string {
  const rows = days.map(
    ({ instrument, tradeDate, synthetic, broker, stream, firstSeq, lastSeq, closedBy }) =>
      `  ${instrument.padEnd(10)} ${tradeDate}${synthetic ? ' SYNTHETIC' : ''}  batches ${firstSeq} to ${lastSeq} of ${stream}, signed by ${broker}, closed by ${closedBy.slice(0, 16)}`,
  );
  return ['captured days, complete (believe store prove SHARD walks back to the signature):', ...rows].join('\n');
}
