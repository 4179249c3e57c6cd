import { crc32 } from 'node:zlib';
import { BadInput } from '../../shared/failure.js';
import { byteOrderMarkBytes } from '../../shared/fields/byte-order-mark.js';
import { CONTRACTS_MAX } from '../../shared/fields/contracts.js';
import { decimalOf } from '../../shared/fields/decimal.js';
import { utcDateMs } from '../../shared/fields/utc-time.js';
import { decodedLines, NOT_UTF8 } from '../../shared/fields/utf8-text.js';
import type { Format, ImportFile, ImportOutput } from './format.js';
import { TradeRows } from './trade-rows.js';
import { zipEntries } from './zip-entries.js';

/** `20131007_gc_tick_trade_201312.csv`: UTC day, product, expiry. */
const ENTRY = /^(\d{4})(\d{2})(\d{2})_([a-z]+)_tick_trade_(\d{4})(\d{2})\.csv$/;
const MONTH_LETTERS = 'FGHJKMNQUVXZ';

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
    for await (const { name, crc, chunks } of zipEntries(file.path)) {
      if (isNoContent(name)) continue;
      const reader = new EntryReader(name, file, out);
      let found = 0;
      for await (const chunk of chunks) {
        found = crc32(chunk, found);
        reader.push(chunk);
        await out.settle();
      }
      if (found !== crc)
        throw new BadInput(
          file.path,
          name,
          'its checksum is wrong: it is damaged',
          'copy the file again from its source',
        );
      reader.end();
    }
    return null;
  },
};

/** Folders, and what a Mac adds to every archive. */
function isNoContent(name: string): boolean {
  return name.endsWith('/') || name.startsWith('__MACOSX/') || name.endsWith('.DS_Store');
}

/** The lines of one entry. */
class EntryReader {
  private rest = Buffer.alloc(0);
  private number = 0;
  private readonly rows: TradeRows | null = null;
  private readonly dayMs: number = 0;
  private readonly expiry: string = '';

  constructor(
    private readonly name: string,
    private readonly file: ImportFile,
    private readonly out: ImportOutput,
  ) {
    const named = contentsOf(name);
    if (typeof named === 'string') {
      out.reject(name, named, '');
      return;
    }
    this.dayMs = named.dayMs;
    this.expiry = named.expiry;
    this.rows = new TradeRows(out.sink({ dataset: 'ticks', instrument: named.instrument, dayRule: 'cme-trades' }));
  }

  push(data: Buffer): void {
    const bytes = this.rest.length > 0 ? Buffer.concat([this.rest, data]) : data;
    const end = bytes.lastIndexOf(LF) + 1;
    this.rest = Buffer.from(bytes.subarray(end));
    if (this.rest.length > LINE_BYTES_MAX)
      throw new BadInput(
        this.file.path,
        `${this.name} line ${this.number + 1}`,
        `is longer than ${LINE_BYTES_MAX} bytes`,
        'give a file of short lines',
      );
    if (end > 0) this.takeLines(bytes.subarray(0, end - 1));
  }

  end(): void {
    if (this.rest.length > 0) this.takeLines(this.rest);
  }

  private takeLines(bytes: Buffer): void {
    const { rows } = this;
    if (!rows) return;
    const start = this.number === 0 ? byteOrderMarkBytes(bytes) : 0;
    const { texts, garbled } = decodedLines(bytes.subarray(start));
    for (const [i, text] of texts.entries()) this.take(text.trimEnd(), !garbled.has(i), rows);
  }

  private take(line: string, isUtf8: boolean, rows: TradeRows): void {
    const { sink } = rows;
    this.number++;
    if (line === '') return;
    const fields = line.split(',');
    const [ms, price, size] = fields.slice(0, 3).map(decimalOf) as [number, number, number];
    const fault =
      (isUtf8 ? faultOf(fields, ms, price, size) : NOT_UTF8) ??
      (sink.isDatable(this.dayMs + ms) ? null : 'its day is unknown');
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
const LINE_BYTES_MAX = 64 * 1024;
const LF = 10;

/** What an entry holds, by its name; or what is wrong with it. The year has two digits: one comes back after a decade. */
function contentsOf(name: string): { dayMs: number; instrument: string; expiry: string } | string {
  const match = ENTRY.exec(name.slice(name.lastIndexOf('/') + 1));
  if (!match) return 'its name is not <date>_<product>_tick_trade_<expiry>.csv';
  const [, year, month, day, product, expiryYear, expiryMonth] = match as unknown as [string, ...string[]];
  const dayMs = utcDateMs(Number(year), Number(month), Number(day));
  if (Number.isNaN(dayMs)) return `there is no day ${year}-${month}-${day}`;
  const letter = MONTH_LETTERS[Number(expiryMonth) - 1];
  if (!letter) return `there is no month ${expiryMonth} in which a contract could expire`;
  const instrument = `${product!.toUpperCase()}${letter}${expiryYear!.slice(-2)}`;
  return { dayMs, instrument, expiry: `${expiryYear}${expiryMonth}` };
}

function faultOf(fields: readonly string[], ms: number, price: number, size: number): string | null {
  if (fields.length !== 6) return `has ${fields.length} fields instead of 6`;
  if (!Number.isInteger(ms) || ms < 0 || ms >= DAY_MS) return `"${fields[0]}" is no time of day in ms`;
  if (!Number.isFinite(price)) return `"${fields[1]}" is no price`;
  if (!Number.isInteger(size) || size < 0 || size > CONTRACTS_MAX) return `"${fields[2]}" is no size`;
  // Of the numbers the lines above say so already.
  if (/\p{Cc}/u.test(`${fields[3]}${fields[4]}`)) return 'has a control character in its venue or condition';
  return /^[01]$/.test(fields[5]!) ? null : `"${fields[5]}" is not 0 or 1`;
}
