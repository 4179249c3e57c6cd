import { contractOfJournal, journalLine } from '../../shared/contract/order-journal.js';
import { BadInput } from '../../shared/failure.js';
import { jsonOrUndefined } from '../../shared/fields/json-or-undefined.js';
import { type PublicFill, publicFill } from '../../shared/public-record/entry.js';
import { sha256Of } from '../import/import-key.js';
import type { ReceivedText } from '../ingest/received-since.js';

/** Fills of the order journal, batch after batch; remembers which release sent which order. */
export class OwnFills {
  private readonly sentBy = new Map<string, number | null>();
  private readonly executions = new Map<string, PublicFill>();

  /** @param instrument of lines whose file does not say it */
  constructor(private readonly instrument: string) {}

  /**
   * Every fill, and every execution that the exchange has taken back: one of no contracts.
   * @throws BadInput where a line is none of the journal
   */
  of(batch: ReceivedText): PublicFill[] {
    return batch.lines.flatMap((text, at) => {
      const parsed = journalLine.safeParse(jsonOrUndefined(text));
      if (!parsed.success)
        throw new BadInput(`${batch.stream}, batch ${batch.seq}`, `line ${at + 1}`, 'is no line of an order journal');
      const line = parsed.data;
      if (line.kind === 'intent') this.sentBy.set(line.orderRef, line.modelVersion);
      if (line.kind !== 'fill' && line.kind !== 'bust') return [];
      const { stream, epoch, seq, payloadSha256 } = batch;
      const known = this.executions.get(line.execId);
      const fill = publicFill.parse({
        instrument: contractOfJournal(batch.files[at] ?? '') ?? this.instrument,
        side: line.kind === 'fill' ? line.side : (known?.side ?? 'BUY'),
        contracts: line.kind === 'fill' ? line.contracts : 0,
        price: line.kind === 'fill' ? line.price : (known?.price ?? 0),
        ...{ marketTime: line.marketTime, at: line.wallTime },
        modelVersion: line.kind === 'fill' && line.orderRef !== null ? (this.sentBy.get(line.orderRef) ?? null) : null,
        // Told apart, and not told.
        execution: sha256Of(line.execId),
        corrects: line.corrects === null ? null : sha256Of(line.corrects),
        batchSha256: payloadSha256,
        source: { stream, epoch, seq, line: at + 1 },
      });
      this.executions.set(line.execId, fill);
      return [fill];
    });
  }
}
