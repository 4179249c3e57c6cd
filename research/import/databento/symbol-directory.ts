import { type DbnMetadata, type NamedSpan, textOf } from './metadata.js';
import type { RecordView } from './record.js';

/** Where the output symbol and the end of a mapping lie in its record, by DBN version: [offset, bytes], offset. */
const LAYOUTS: Readonly<Record<number, { recordBytes: number; symbol: readonly [number, number]; end: number }>> = {
  1: { recordBytes: 80, symbol: [38, 22], end: 72 },
  2: { recordBytes: 176, symbol: [89, 71], end: 168 },
  3: { recordBytes: 176, symbol: [89, 71], end: 168 },
};

/**
 * Which symbol an instrument id stands for at a time: ids are given to other contracts when theirs are gone. What holds is a
 * symbol mapping record from where it stands in the stream, else an interval of the metadata; nothing is guessed.
 */
export class SymbolDirectory {
  private readonly mapped = new Map<number, NamedSpan>();

  constructor(private readonly metadata: DbnMetadata) {}

  /** A symbol mapping record. @returns what is wrong with it, or null */
  map(record: RecordView): string | null {
    const { recordBytes, symbol, end } = LAYOUTS[this.metadata.version]!;
    if (record.length < recordBytes) return 'is too short for a symbol mapping of its version';
    const name = textOf(record.slice(...symbol));
    if (name === null) return 'maps its instrument to what is no UTF-8 text that ends with a NUL';
    if (name === '') return 'maps its instrument to no symbol';
    const endMs = record.ms(end);
    // Live streams leave the end open.
    const toMs = Number.isNaN(endMs) || endMs === 0 ? Number.POSITIVE_INFINITY : endMs;
    this.mapped.set(record.instrumentId, { symbol: name, fromMs: Number.NEGATIVE_INFINITY, toMs });
    return null;
  }

  /** The id itself is the name of an instrument of which the file says nothing. @returns null where what it says does not hold at that time */
  at(instrumentId: number, ms: number): NamedSpan | null {
    const mapped = this.mapped.get(instrumentId);
    if (mapped && ms < mapped.toMs) return mapped;
    const intervals = this.metadata.symbols.get(instrumentId);
    if (!intervals && !mapped) return { symbol: `instrument-${instrumentId}`, ...ALWAYS };
    return intervals?.find(({ fromMs, toMs }) => ms >= fromMs && ms < toMs) ?? null;
  }
}

const ALWAYS = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };
