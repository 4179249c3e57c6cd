import { BadInput } from '../../../shared/failure.js';
import { Action, type DatasetName } from '../../store/datasets.js';
import type { RowSink } from '../../store/row-sink.js';
import { dayRuleOf, TradeDays } from '../../store/trade-day.js';
import { ByteWindow } from '../byte-window.js';
import type { Format, ImportFile, ImportOutput } from '../format.js';
import { storeBar } from './bar-rows.js';
import { definedSymbol, storeDefinition } from './definition-rows.js';
import { MarketRows } from './market-rows.js';
import { type DbnMetadata, type NamedSpan, readMetadata } from './metadata.js';
import { ACTION_CODE, BAR_SECONDS, NOT_STORED, RECORD_BYTES_MIN, RecordView, Rtype } from './record.js';
import { SymbolDirectory } from './symbol-directory.js';

const HEADER_BYTES = 16;
const SEND_TIME_BYTES = 8;
/** Records between two looks at the writer. */
const PORTION_RECORDS = 4096;

/** Databento Binary Encoding, versions 1 to 3: market by order, market by price, trades, bars, definitions. */
export const dbn: Format = {
  name: 'databento-dbn',
  summary: 'Databento DBN v1 to v3: mbo (becomes the ten-level book), mbp-1, mbp-10, tbbo, trades, ohlcv, definition',
  recognises: (head) => head.toString('latin1', 0, 3) === 'DBN',

  async read(file, out) {
    const window = await ByteWindow.open(file.path);
    try {
      const metadata = await readMetadata(file.path, window);
      out.begin({ feed: `databento-${metadata.schema}`, synthetic: false });
      await readRecords(file, window, new RecordReader(metadata, out), out);
    } finally {
      await window.close();
    }
    return null;
  },
};

async function readRecords(file: ImportFile, window: ByteWindow, reader: RecordReader, out: ImportOutput) {
  const record = new RecordView(window.bytes);
  for (let records = 1; await window.need(1); records++) {
    const lengthBytes = window.bytes[window.start]! * 4;
    if (lengthBytes < HEADER_BYTES)
      throw new BadInput(
        file.path,
        `byte ${window.offset}`,
        'is no record: from here nothing can be read',
        'get it again',
      );
    if (window.held < lengthBytes && !(await window.need(lengthBytes))) {
      out.reject(
        `byte ${window.offset}`,
        `the file ends within a record`,
        window.bytes.toString('hex', window.start, window.end),
      );
      break;
    }
    record.move(window.start);
    const fault = reader.take(record);
    if (fault !== null) out.reject(`byte ${window.offset}`, fault, record.hex());
    window.skip(lengthBytes);
    if (records % PORTION_RECORDS === 0) await out.settle();
  }
  reader.finish();
}

/** Everything of one instrument, for as long as an id stands for it. */
interface Instrument {
  readonly symbol: string;
  readonly market: MarketRows;
  readonly sink: (dataset: DatasetName) => RowSink;
}

/** Sends records to the rows that they become. */
class RecordReader {
  private readonly instruments = new Map<number, { readonly instrument: Instrument; readonly span: NamedSpan }>();
  private readonly books: MarketRows[] = [];
  private readonly directory: SymbolDirectory;
  private readonly sinks = new Map<string, RowSink>();
  private readonly days: TradeDays;

  constructor(
    private readonly metadata: DbnMetadata,
    private readonly out: ImportOutput,
  ) {
    this.days = new TradeDays(dayRuleOf(metadata.dataset), '');
    this.directory = new SymbolDirectory(metadata);
  }

  /** @returns what is wrong with the record, or null */
  take(record: RecordView): string | null {
    const { rtype } = record;
    const bytesMin = RECORD_BYTES_MIN[rtype];
    this.out.count('records');
    if (bytesMin === undefined && !NOT_STORED.has(rtype)) return `is of type ${rtype}, which is not known`;
    if (bytesMin === undefined) {
      this.out.count(`not stored, type ${rtype}`);
      return null;
    }
    if (record.length < bytesMin + (this.metadata.hasSendTime ? SEND_TIME_BYTES : 0))
      return `is too short for its type ${rtype}`;
    if (rtype === Rtype.symbolMapping) return counted(this.out, 'symbol mappings', this.mapSymbol(record));
    const ms = record.ms(timeOffsetOf(rtype));
    if (!this.days.at(ms)) return 'its time is outside the trading calendar';
    if (rtype === Rtype.definition) return this.storeDefinition(record);
    const instrument = this.instrumentAt(record.instrumentId, ms);
    if (!instrument) return `its instrument id ${record.instrumentId} stands for no symbol at its time`;
    return this.store(record, rtype, instrument);
  }

  finish(): void {
    const unknown = this.books.reduce((sum, { orderBook }) => sum + orderBook.unknownOrders, 0);
    if (unknown > 0) this.out.count('cancels of unknown orders', unknown);
  }

  private store(record: RecordView, rtype: number, { market, sink }: Instrument): string | null {
    const { out } = this;
    if (BAR_SECONDS[rtype] !== undefined) return counted(out, 'bars', storeBar(record, sink('bars')));
    switch (rtype) {
      case Rtype.mbo:
        return counted(out, isTrade(record, 38) ? 'trades' : 'orders', market.storeMbo(record));
      case Rtype.mbp1:
        return counted(out, isTrade(record, 28) ? 'trades' : 'depth', market.storeMbp(record, 1));
      case Rtype.mbp10:
        return counted(out, isTrade(record, 28) ? 'trades' : 'depth', market.storeMbp(record, 10));
      default:
        return counted(out, 'trades', market.storeTrade(record));
    }
  }

  /** A definition names its contract itself. */
  private storeDefinition(record: RecordView): string | null {
    const { version } = this.metadata;
    const symbol = definedSymbol(record, version);
    if (symbol === null) return 'is too short for a definition of its version';
    if (symbol === '') return 'is a definition without a symbol';
    return counted(
      this.out,
      'definitions',
      storeDefinition(record, version, () => this.sinkOf('definitions', symbol)),
    );
  }

  private mapSymbol(record: RecordView): string | null {
    const fault = this.directory.map(record);
    const known = this.instruments.get(record.instrumentId);
    // What it stood for until now does not hold any more; if it is the same symbol, its book goes on.
    if (fault === null && known)
      this.instruments.set(record.instrumentId, { ...known, span: { ...known.span, toMs: Number.NEGATIVE_INFINITY } });
    return fault;
  }

  /** Null where the id stands for nothing at that time. The book of another contract is not the one's to go on with. */
  private instrumentAt(id: number, ms: number): Instrument | null {
    const known = this.instruments.get(id);
    if (known && ms >= known.span.fromMs && ms < known.span.toMs) return known.instrument;
    const span = this.directory.at(id, ms);
    if (!span) return null;
    const instrument = known?.instrument.symbol === span.symbol ? known.instrument : this.newInstrument(span.symbol);
    this.instruments.set(id, { instrument, span });
    return instrument;
  }

  private newInstrument(symbol: string): Instrument {
    const sink = (dataset: DatasetName) => this.sinkOf(dataset, symbol);
    const market = new MarketRows(
      () => sink('mbp10'),
      () => sink('ticks'),
    );
    this.books.push(market);
    return { symbol, sink, market };
  }

  private sinkOf(dataset: DatasetName, instrument: string): RowSink {
    const key = `${dataset} ${instrument}`;
    const sink =
      this.sinks.get(key) ?? this.out.sink({ dataset, instrument, dayRule: dayRuleOf(this.metadata.dataset) });
    this.sinks.set(key, sink);
    return sink;
  }
}

/** Receive time, where records of a type have one. */
function timeOffsetOf(rtype: number): number {
  if (rtype === Rtype.mbo) return 40;
  if (rtype === Rtype.definition) return 16;
  return BAR_SECONDS[rtype] === undefined ? 32 : 8;
}

function isTrade(record: RecordView, actionOffset: number): boolean {
  return ACTION_CODE[record.byte(actionOffset)] === Action.trade;
}

/** Counts a record that was taken. */
function counted(out: ImportOutput, what: string, fault: string | null): string | null {
  if (fault === null) out.count(what);
  return fault;
}
