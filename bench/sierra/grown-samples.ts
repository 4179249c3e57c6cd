import { readFileSync } from 'node:fs';
import { sampleFile } from '../../setup/sample-data.js';
import { DEPTH, EPOCH_US, SCID, type SierraLayout } from '../../shared/market/sierra/sierra-file.js';

/**
 * The real samples of Sierra Chart's files, said again and again, later each time: as many records as a busy day has.
 * Prices are in hundredths, as the sample of depth has them.
 */
export const PRICE_SCALE = 0.01;
export const TICK_SIZE = 0.25;

export interface GrownSample {
  readonly layout: SierraLayout;
  readonly header: Buffer;
  /** Of record `index`. */
  readonly recordAt: (index: number, into: Buffer, at: number) => void;
  /** Microseconds since the Unix epoch. */
  readonly timeUsAt: (index: number) => number;
}

const scidBytes = () => readFileSync(sampleFile('sierra/ESH23-10-ticks.scid'));
const depthBytes = () => readFileSync(sampleFile('sierra/ESU25-20250812-derived.depth'));
const DEPTH_PASS_US = 60_000_000;

/** Trades: the ten genuine ticks, a pass of them each `passUs`, a tick higher each of forty times. */
export function grownTrades(startUs: number, passUs: number): GrownSample {
  return grown(scidBytes(), SCID, { startUs, passUs }, (record, at, pass) => {
    const shift = (pass % 40) * TICK_SIZE;
    for (const field of [12, 16, 20])
      record.writeFloatLE(Math.round((record.readFloatLE(at + field) + shift) / PRICE_SCALE), at + field);
  });
}

/** Depth: the hour of the sample in `passUs`, a pass after the other, a tick higher each of ten times. */
export function grownDepth(startUs: number, passUs = DEPTH_PASS_US): GrownSample {
  return grown(depthBytes(), DEPTH, { startUs, passUs }, (record, at, pass) => {
    const shift = ((pass % 10) * TICK_SIZE) / PRICE_SCALE;
    const price = record.readFloatLE(at + 12);
    if (price !== 0) record.writeFloatLE(price + shift, at + 12);
  });
}

/** @param reprice changes the prices of the record that begins at `at` to those of a pass */
function grown(
  bytes: Buffer,
  layout: SierraLayout,
  { startUs, passUs }: { readonly startUs: number; readonly passUs: number },
  reprice: (record: Buffer, at: number, pass: number) => void,
): GrownSample {
  const { headerBytes, recordBytes } = layout;
  const records = Math.floor((bytes.length - headerBytes) / recordBytes);
  const times = timesOf(bytes, layout, records);
  const spanUs = times.at(-1)! - times[0]! + 1;
  const timeUsAt = (index: number) => {
    const sinceUs = times[index % records]! - times[0]!;
    return startUs + Math.floor(index / records) * passUs + Math.floor((sinceUs * passUs) / spanUs);
  };
  return {
    layout,
    header: bytes.subarray(0, headerBytes),
    timeUsAt,
    recordAt: (index, into, at) => {
      const from = headerBytes + (index % records) * recordBytes;
      bytes.copy(into, at, from, from + recordBytes);
      writeTime(into, at, timeUsAt(index));
      reprice(into, at, Math.floor(index / records));
    },
  };
}

/** Records `from` to `to` as bytes of the file. */
export function recordsOf({ layout, recordAt }: GrownSample, from: number, to: number): Buffer {
  const bytes = Buffer.alloc((to - from) * layout.recordBytes);
  for (let index = from; index < to; index++) recordAt(index, bytes, (index - from) * layout.recordBytes);
  return bytes;
}

function timesOf(bytes: Buffer, { headerBytes, recordBytes }: SierraLayout, records: number): number[] {
  return Array.from({ length: records }, (_, i) => Number(bytes.readBigInt64LE(headerBytes + i * recordBytes)));
}

function writeTime(into: Buffer, at: number, us: number): void {
  into.writeBigInt64LE(BigInt(us) + BigInt(EPOCH_US), at);
}
