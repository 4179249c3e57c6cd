import { BadInput } from '../../../shared/failure.js';
import { utcDateMs } from '../../../shared/fields/utc-time.js';
import { decodedText } from '../../../shared/fields/utf8-text.js';
import type { ByteWindow } from '../byte-window.js';

/** What an instrument id means, from `fromMs` (inclusive) to `toMs` (exclusive). */
export interface NamedSpan {
  readonly symbol: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What a DBN file says about itself, as far as it is needed. Layout: Databento's documentation, "Databento Binary Encoding". */
export interface DbnMetadata {
  readonly version: number;
  readonly dataset: string;
  /** Each record carries a send time behind its fields. */
  readonly hasSendTime: boolean;
  readonly schema: string;
  readonly symbols: ReadonlyMap<number, readonly NamedSpan[]>;
}

const VERSIONS = [1, 2, 3];
const PREFIX_BYTES = 8;
const METADATA_BYTES_MAX = 1 << 19;
/** Bytes of the fields of fixed size; in version 1 they hold a record count, later the length of symbols. */
const FIXED_BYTES = 100;
const SYMBOL_BYTES_V1 = 22;
const STYPE_INSTRUMENT_ID = 0;

const SCHEMAS = [
  'mbo',
  'mbp-1',
  'mbp-10',
  'tbbo',
  'trades',
  'ohlcv-1s',
  'ohlcv-1m',
  'ohlcv-1h',
  'ohlcv-1d',
  'definition',
];

/** Reads the metadata and goes on behind it. @throws BadInput where they are cut off or of another version */
export async function readMetadata(file: string, window: ByteWindow): Promise<DbnMetadata> {
  const cut = () => new BadInput(file, 'metadata', 'the file ends within them', 'copy the file again from its source');
  if (!(await window.need(PREFIX_BYTES))) throw cut();
  const version = window.bytes[window.start + 3]!;
  if (!VERSIONS.includes(version))
    throw new BadInput(file, 'byte 3', `DBN version ${version} is not known`, `give version ${VERSIONS.join(', ')}`);
  const length = window.bytes.readUInt32LE(window.start + 4);
  if (length < FIXED_BYTES || length > METADATA_BYTES_MAX)
    throw new BadInput(file, 'byte 4', `${length} bytes of metadata cannot be`, 'copy the file again from its source');
  if (!(await window.need(PREFIX_BYTES + length))) throw cut();
  const bytes = Buffer.from(window.bytes.subarray(window.start + PREFIX_BYTES, window.start + PREFIX_BYTES + length));
  window.skip(PREFIX_BYTES + length);
  try {
    return parse(version, bytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new BadInput(
      file,
      'metadata',
      'their names and lists of symbols cannot be read',
      'copy the file again from its source',
    );
  }
}

function parse(version: number, bytes: Buffer): DbnMetadata {
  const afterCounts = version === 1 ? 50 : 42;
  const outType = bytes[afterCounts + 1]!;
  const hasSendTime = bytes[afterCounts + 2] !== 0;
  const symbolBytes = version === 1 ? SYMBOL_BYTES_V1 : bytes.readUInt16LE(afterCounts + 3);
  const reader = new ListReader(bytes, FIXED_BYTES + 4 + bytes.readUInt32LE(FIXED_BYTES), symbolBytes);
  for (const _list of ['symbols', 'partial', 'not found']) reader.skipSymbols();
  return {
    version,
    dataset: nameIn(bytes.subarray(0, 16)),
    hasSendTime,
    schema: SCHEMAS[bytes.readUInt16LE(16)] ?? 'mixed',
    symbols: outType === STYPE_INSTRUMENT_ID ? reader.readMappings() : new Map(),
  };
}

class ListReader {
  constructor(
    private readonly bytes: Buffer,
    private at: number,
    private readonly symbolBytes: number,
  ) {
    // Any number of empty symbols would fit.
    if (symbolBytes === 0) throw new RangeError('symbols without a length');
  }

  skipSymbols(): void {
    for (let left = this.readCount(); left > 0; left--) this.readSymbol();
  }

  readMappings(): Map<number, NamedSpan[]> {
    const symbols = new Map<number, NamedSpan[]>();
    for (let left = this.readCount(); left > 0; left--) {
      const symbol = this.readSymbol();
      for (let intervals = this.readCount(); intervals > 0; intervals--) {
        const fromMs = dayMs(this.readCount());
        const toMs = dayMs(this.readCount());
        const id = this.readSymbol();
        // No id: in these days the symbol stood for nothing.
        if (/^\d+$/.test(id)) symbols.set(Number(id), [...(symbols.get(Number(id)) ?? []), { symbol, fromMs, toMs }]);
      }
    }
    return symbols;
  }

  private readCount(): number {
    const value = this.bytes.readUInt32LE(this.at);
    this.at += 4;
    return value;
  }

  private readSymbol(): string {
    if (this.at + this.symbolBytes > this.bytes.length) throw new RangeError('list too long');
    const text = nameIn(this.bytes.subarray(this.at, this.at + this.symbolBytes));
    this.at += this.symbolBytes;
    return text;
  }
}

/** A string that ends with a NUL; null where it does not, or is no UTF-8 text. */
export function textOf(field: Buffer): string | null {
  const end = field.indexOf(0);
  const { text, isUtf8 } = decodedText(field.subarray(0, Math.max(0, end)));
  return end >= 0 && isUtf8 ? text : null;
}

/** Names are filled up with NULs: what stands behind one is damage, and could have been part of the name. */
function nameIn(field: Buffer): string {
  const text = textOf(field);
  if (text === null || field.subarray(field.indexOf(0)).some((byte) => byte !== 0)) throw new RangeError('no name');
  return text;
}

/** ms since the epoch at which a UTC day given as YYYYMMDD begins. @throws RangeError where there is none */
function dayMs(date: number): number {
  const ms = utcDateMs(Math.floor(date / 10_000), Math.floor(date / 100) % 100, date % 100);
  if (Number.isNaN(ms)) throw new RangeError(`${date} is no day`);
  return ms;
}
