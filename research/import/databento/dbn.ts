import { BadInput } from '../../../shared/failure.js';
import { Action, type DatasetName } from '../../store/datasets.js';
import type { RowSink } from '../../store/row-sink.js';
import { dayRuleOf, TradeDays } from '../../store/trade-day.js';
import { ByteWindow } from '../byte-window.js';
import type { Format, ImportFile, ImportOutput } from '../format.js';
import { storeBar } from './bar-rows.js';
import { definedSymbol, storeDefinition } from './definition-rows.js';
import { MarketRows } from './market-rows.js';
import { type DbnMetadata, readMetadata, symbolOf } from './metadata.js';
import { ACTION_CODE, BAR_SECONDS, RECORD_BYTES_MIN, RecordView, Rtype } from './record.js';

const HEADER_BYTES = 16;
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

/** Everything of one instrument. */
interface Instrument {
  readonly market: MarketRows;
  readonly sink: (dataset: DatasetName) => RowSink;
}

/** Sends records to the rows that they become. */
class RecordReader {
  private readonly instruments = new Map<number, Instrument>();
  private readonly sinks = new Map<string, RowSink>();
  private readonly days: TradeDays;

  constructor(
    private readonly metadata: DbnMetadata,
    private readonly out: ImportOutput,
  ) {
    this.days = new TradeDays(dayRuleOf(metadata.dataset), '');
  }

  /** @returns what is wrong with the record, or null */
  take(record: RecordView): string | null {
    const { rtype } = record;
    this.out.count('records');
    const bytesMin = RECORD_BYTES_MIN[rtype];
    if (bytesMin === undefined) {
      this.out.count(`not stored, type ${rtype}`);
      return null;
    }
    if (record.length < bytesMin) return `is too short for its type ${rtype}`;
    if (rtype === Rtype.symbolMapping) {
      this.out.count('symbol mappings');
      return null;
    }
    const ms = record.ms(timeOffsetOf(rtype));
    const symbol = rtype === Rtype.definition ? definedSymbol(record, this.metadata.version) : null;
    if (rtype === Rtype.definition && symbol === null) return 'is too short for a definition of its version';
    if (!this.days.at(ms)) return 'its time is outside the trading calendar';
    return this.store(record, rtype, this.instrumentOf(record.instrumentId, ms, symbol));
  }

  finish(): void {
    const unknown = [...this.instruments.values()].reduce((sum, { market }) => sum + market.orderBook.unknownOrders, 0);
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
      case Rtype.trade:
        return counted(out, 'trades', market.storeTrade(record));
      default:
        storeDefinition(record, this.metadata.version, sink('definitions'));
        return counted(out, 'definitions', null);
    }
  }

  private instrumentOf(id: number, ms: number, defined: string | null): Instrument {
    const known = this.instruments.get(id);
    if (known) return known;
    const name = defined ?? symbolOf(this.metadata, id, ms);
    const sink = (dataset: DatasetName) => this.sinkOf(dataset, name);
    const instrument = {
      sink,
      market: new MarketRows(
        () => sink('mbp10'),
        () => sink('ticks'),
      ),
    };
    this.instruments.set(id, instrument);
    return instrument;
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
