import { Unzip, UnzipInflate } from 'fflate';
import { BadInput } from '../../shared/failure.js';
import { ByteWindow } from './byte-window.js';
import type { Format, ImportFile, ImportOutput } from './format.js';
import { TradeRows } from './trade-rows.js';

/** `20131007_gc_tick_trade_201312.csv`: UTC day, product, expiry. */
const ENTRY = /^(\d{4})(\d{2})(\d{2})_([a-z]+)_tick_trade_(\d{4})(\d{2})\.csv$/;
const MONTH_LETTERS = 'FGHJKMNQUVXZ';
const PACKED_BYTES = 64 * 1024;

/**
 * A day of trades as a zip of one CSV file an expiry: ms of the day, price, size, exchange, condition, suspicious. The day
 * is one of UTC, whatever is said of it: COMEX's daily break, 17:15 to 18:00 in New York, lies at 21:15 to 22:00 in summer.
 */
export const gcTradesZip: Format = {
  name: 'trades.zip',
  summary: 'zip of <date>_<product>_tick_trade_<expiry>.csv: trades of one day, one file an expiry',
  recognises: (head) => head.toString('latin1', 0, 4) === 'PK\x03\x04' && head.includes('_tick_trade_'),

  async read(file, out) {
    out.begin({ feed: 'trades', synthetic: false });
    const window = await ByteWindow.open(file.path);
    const reader = new ZipReader(file, out);
    try {
      while (await window.need(1)) {
        const bytes = Math.min(window.held, PACKED_BYTES);
        reader.push(window.bytes.subarray(window.start, window.start + bytes), false);
        window.skip(bytes);
        await out.settle();
      }
      reader.push(new Uint8Array(0), true);
    } finally {
      await window.close();
    }
    return null;
  },
};

/** Unpacks entries as their bytes arrive, and reads their lines. */
class ZipReader {
  private readonly unzip: Unzip;
  private failure: Error | null = null;
  private openEntries = 0;

  constructor(
    private readonly file: ImportFile,
    out: ImportOutput,
  ) {
    this.unzip = new Unzip((entry) => {
      const reader = new EntryReader(entry.name, out);
      this.openEntries++;
      entry.ondata = (error, data, final) => {
        this.failure ??= error;
        if (error) return;
        reader.push(Buffer.from(data.buffer, data.byteOffset, data.length), final);
        if (final) this.openEntries--;
      };
      entry.start();
    });
    this.unzip.register(UnzipInflate);
  }

  push(bytes: Uint8Array, final: boolean): void {
    try {
      // The library keeps what it is given, and the window is reused.
      this.unzip.push(bytes.slice(), final);
    } catch (error) {
      if (!isZipError(error)) throw error;
      this.failure ??= error;
    }
    if (this.failure) throw this.broken(this.failure.message);
    if (final && this.openEntries > 0) throw this.broken('the file is cut off');
  }

  private broken(reason: string): BadInput {
    return new BadInput(
      this.file.path,
      undefined,
      `cannot be unpacked: ${reason}`,
      'copy the file again from its source',
    );
  }
}

/** Errors of fflate carry a numeric code; anything else is ours. */
function isZipError(error: unknown): error is Error {
  return error instanceof Error && typeof (error as { code?: unknown }).code === 'number';
}

/** The lines of one entry. */
class EntryReader {
  private rest = '';
  private number = 0;
  private readonly rows: TradeRows | null = null;
  private readonly dayMs: number = 0;
  private readonly expiry: string = '';

  constructor(
    private readonly name: string,
    private readonly out: ImportOutput,
  ) {
    const match = ENTRY.exec(name);
    if (!match) {
      out.reject(name, 'its name is not <date>_<product>_tick_trade_<expiry>.csv', '');
      return;
    }
    const [, year, month, day, product, expiryYear, expiryMonth] = match as unknown as string[];
    this.dayMs = Date.UTC(Number(year), Number(month) - 1, Number(day));
    this.expiry = `${expiryYear}${expiryMonth}`;
    const instrument = `${product!.toUpperCase()}${MONTH_LETTERS[Number(expiryMonth) - 1] ?? '?'}${expiryYear!.at(-1)}`;
    this.rows = new TradeRows(out.sink({ dataset: 'ticks', instrument, dayRule: 'cme-trades' }));
  }

  push(data: Buffer, final: boolean): void {
    if (!this.rows) return;
    const lines = (this.rest + data.toString('latin1')).split('\n');
    this.rest = final ? '' : lines.pop()!;
    for (const line of lines) this.take(line.trimEnd(), this.rows);
  }

  private take(line: string, rows: TradeRows): void {
    const { sink } = rows;
    this.number++;
    if (line === '') return;
    const fields = line.split(',');
    const [ms, price, size] = fields.slice(0, 3).map(Number) as [number, number, number];
    const fault = faultOf(fields, ms, price, size) ?? (sink.isDatable(this.dayMs + ms) ? null : 'its day is unknown');
    if (fault !== null) {
      this.out.reject(`${this.name} line ${this.number}`, fault, line);
      return;
    }
    const tsEventNs = BigInt(this.dayMs + ms) * 1_000_000n;
    const row = rows.store({ tsRecvNs: null, tsEventNs, price, size, side: 2, sequence: null });
    sink.block.setText('venue', row, fields[3]! || null);
    sink.block.setText('condition', row, fields[4]! || null);
    sink.block.setInt32('suspicious', row, Number(fields[5]));
    this.out.count('trades');
    this.out.count(`trades ${this.expiry}`);
  }
}

const DAY_MS = 86_400_000;

function faultOf(fields: readonly string[], ms: number, price: number, size: number): string | null {
  if (fields.length !== 6) return `has ${fields.length} fields instead of 6`;
  if (!Number.isInteger(ms) || ms < 0 || ms >= DAY_MS || fields[0] === '')
    return `"${fields[0]}" is no time of day in ms`;
  if (!Number.isFinite(price) || fields[1] === '') return `"${fields[1]}" is no price`;
  if (!Number.isInteger(size) || size < 0 || size > 2 ** 31 - 1 || fields[2] === '') return `"${fields[2]}" is no size`;
  return /^[01]$/.test(fields[5]!) ? null : `"${fields[5]}" is not 0 or 1`;
}
