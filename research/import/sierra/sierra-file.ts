import { BadInput } from '../../../shared/failure.js';
import { ByteWindow } from '../byte-window.js';
import type { Format, ImportFile, ImportOutput } from '../format.js';
import { instrumentOf } from '../instrument-name.js';

/** Microseconds from Sierra's epoch, 1899-12-30, to Unix's. */
const EPOCH_US = 2_209_161_600_000_000n;

/** ns since the Unix epoch of a Sierra time (microseconds since 1899-12-30 UTC). */
export function unixNsOf(sierraUs: bigint): bigint {
  return (sierraUs - EPOCH_US) * 1000n;
}

/** What both kinds of files have in common: magic, header and records of fixed sizes; and what tells them apart. */
export interface SierraKind {
  readonly name: string;
  readonly summary: string;
  readonly magic: string;
  readonly headerBytes: number;
  readonly recordBytes: number;
  readonly open: (file: ImportFile, out: ImportOutput) => SierraReader;
}

export interface SierraReader {
  /** @param at where the record begins in `bytes` @param offset where it begins in the file */
  take(bytes: Buffer, at: number, offset: number): void;
  /** What a later read must know to go on. */
  state(): unknown;
}

const PORTION_RECORDS = 4096;

/** A file of Sierra Chart, which may still be growing: read to its last whole record. */
export function sierraFormat({ name, summary, ...kind }: SierraKind): Format {
  return {
    name,
    summary,
    recognises: (head) => head.toString('latin1', 0, 4) === kind.magic,
    grows: true,
    told: (file) => ({ instrument: instrumentOf(file.path, file.hints) }),

    async read(file, out) {
      const window = await ByteWindow.open(file.path, file.resume?.fromByte);
      try {
        if (!file.resume) await skipHeader(file.path, window, kind);
        out.begin({ feed: name, synthetic: false });
        const reader = kind.open(file, out);
        for (let records = 1; await window.need(kind.recordBytes); records++) {
          reader.take(window.bytes, window.start, window.offset);
          window.skip(kind.recordBytes);
          if (records % PORTION_RECORDS === 0) await out.settle();
        }
        return { toByte: window.offset, state: reader.state() };
      } finally {
        await window.close();
      }
    },
  };
}

/** Goes on behind the header. @throws BadInput where it is cut off or of another layout */
async function skipHeader(
  file: string,
  window: ByteWindow,
  kind: Pick<SierraKind, 'headerBytes' | 'recordBytes'>,
): Promise<void> {
  const { headerBytes, recordBytes } = kind;
  if (!(await window.need(headerBytes)))
    throw new BadInput(file, 'header', 'the file ends within it', 'copy the file again from its source');
  const found = [window.bytes.readUInt32LE(window.start + 4), window.bytes.readUInt32LE(window.start + 8)];
  if (found[0] !== headerBytes || found[1] !== recordBytes)
    throw new BadInput(
      file,
      'header',
      `its header has ${found[0]} bytes and its records ${found[1]}, not ${headerBytes} and ${recordBytes}`,
      'give a file of the version that Sierra Chart writes today',
    );
  window.skip(headerBytes);
}

/** Sierra Chart's prices have no bound of their own; nothing is traded beyond these. What is smaller is another kind of number. */
export function isPrice(value: number): boolean {
  const size = Math.abs(value);
  return size === 0 || (size >= PRICE_MIN && size < PRICE_MAX);
}

const PRICE_MIN = 1e-9;
const PRICE_MAX = 1e9;

/**
 * The decimal that a price was before it became a float32: the shortest one that gives the same float32. 1.10785 is
 * stored as 1.1078499555587769.
 */
export function decimalOfFloat32(value: number): number {
  if (Number.isInteger(value)) return value;
  for (let digits = 6; digits < 9; digits++) {
    const decimal = Number(value.toPrecision(digits));
    if (Math.fround(decimal) === value) return decimal;
  }
  return Number(value.toPrecision(9));
}
