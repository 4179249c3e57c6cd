import { readFileSync } from 'node:fs';
import { constants, gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { decompress } from 'fzstd';
import type { ImportHints } from '../../research/import/format.js';
import { REAL_FILES } from '../market/real-files.js';
import { fillOf, intentOf, lineOf } from './journal-lines.js';

/** A valid file, small enough to be damaged often. */
export interface HostileSample {
  readonly bytes: Buffer;
  readonly hints: ImportHints;
  /** What is damaged lies packed in the file. */
  readonly pack?: (bytes: Buffer) => Buffer;
  /** What is damaged is the packing itself. */
  readonly isPacked?: true;
}

const ES = { instrument: 'ESU9' };
const bars = wholeLines(gunzipSync(readFileSync(REAL_FILES.nq)).subarray(0, 1500));
const mbp1 = Buffer.from(decompress(readFileSync(REAL_FILES.mbp1))).subarray(0, 206 + 80 * 20);
const trades = Buffer.from('52200000,1315.4,2,E,0,0\n52200125,1315.5,1,E,0,1\n'.repeat(12));
const zipped = (bytes: Buffer) =>
  Buffer.from(zipSync({ '20131007_gc_tick_trade_201312.csv': new Uint8Array(bytes) }, { level: 0 }));
const journal = Array.from({ length: 12 }, (_, i) =>
  lineOf(i + 1, '2019-08-29T14:30:00.000Z', i % 2 === 0 ? intentOf(i / 2) : fillOf((i - 1) / 2)),
).join('');

export const HOSTILE_SAMPLES: Readonly<Record<string, HostileSample>> = {
  'ESU9.jsonl': { bytes: wholeLines(gunzipSync(readFileSync(REAL_FILES.es)).subarray(0, 3000)), hints: ES },
  'mbo.dbn': { bytes: Buffer.from(decompress(readFileSync(REAL_FILES.mbo))).subarray(0, 206 + 56 * 40), hints: ES },
  'mbp1.dbn': { bytes: mbp1, hints: ES },
  'trades.dbn': {
    bytes: Buffer.from(decompress(readFileSync(REAL_FILES.trades))).subarray(0, 206 + 48 * 25),
    hints: ES,
  },
  'ohlcv.dbn': { bytes: Buffer.from(decompress(readFileSync(REAL_FILES.ohlcv))), hints: ES },
  'definition.dbn': { bytes: Buffer.from(decompress(readFileSync(REAL_FILES.definition))), hints: ES },
  'ESH3.scid': { bytes: readFileSync(REAL_FILES.scid).subarray(0, 56 + 40 * 40), hints: { instrument: 'ESH3' } },
  'ESU5.depth': {
    bytes: readFileSync(REAL_FILES.sierraDepth).subarray(0, 64 + 24 * 60),
    hints: { instrument: 'ESU25_FUT_CME' },
  },
  'NQ-5m.csv': { bytes: bars, hints: { instrument: 'NQH5', barSeconds: 300 } },
  'binance.txt': { bytes: binanceLines(REAL_FILES.spot), hints: ES },
  'gc.zip': { bytes: zipped(trades), hints: ES, isPacked: true },
  'trades in a zip': { bytes: trades, hints: ES, pack: zipped },
  'orders.jsonl': { bytes: Buffer.from(journal), hints: {} },
  'bars in gzip': { bytes: gzipSync(bars), hints: { instrument: 'NQH5', barSeconds: 300 }, isPacked: true },
  'mbp-1 in zstd': {
    bytes: zstdCompressSync(mbp1, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
    hints: ES,
    isPacked: true,
  },
};

/** Changes, the snapshot among them with its best levels, trades and one book ticker. */
function binanceLines(file: string): Buffer {
  const lines = gunzipSync(readFileSync(file)).subarray(0, 400_000).toString().split('\n');
  const isSnapshot = (line: string) => line.includes('"lastUpdateId"');
  const short = (line: string) => {
    const { lastUpdateId, bids, asks } = JSON.parse(line.slice(20));
    return `${line.slice(0, 20)}${JSON.stringify({ lastUpdateId, bids: bids.slice(0, 12), asks: asks.slice(0, 12) })}`;
  };
  const chosen = lines.filter(
    (line, i) => i === 2 || (line.length < 900 && !line.includes('@bookTicker')) || isSnapshot(line),
  );
  return Buffer.from(
    chosen
      .slice(0, 12)
      .map((line) => `${isSnapshot(line) ? short(line) : line}\n`)
      .join(''),
  );
}

function wholeLines(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
}

/** Texts and words that programs and people leave in the place of a number. */
const ODD_TEXTS = [
  ...[
    '-',
    '.',
    ',',
    '"',
    '0',
    '00',
    '9',
    'e5',
    'E400',
    '1e400',
    '0x10',
    'NaN',
    'null',
    'Infinity',
    '_',
    ' ',
    '\t',
    '\n',
    '\r\n',
  ],
  ...[
    '\ufeff',
    '\u0000',
    '\u2028',
    'é',
    '9999999999999999999',
    '2147483648',
    '9007199254740993',
    '0.1234567890123',
    '}',
    '{',
    '[]',
  ],
].map((text) => Buffer.from(text));
const ODD_WORDS = [
  ...[0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 0xff7f_ffff].map((word) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(word);
    return bytes;
  }),
  ...[0x7fff_ffff_ffff_ffffn, 0x8000_0000_0000_0000n, 0xffff_ffff_ffff_ffffn, 0x20_0000_0000_0001n].map((word) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(word);
    return bytes;
  }),
];

type Change = (bytes: Buffer) => Buffer;

/** Anything that happens to a file: bytes change, spans are lost or come twice, texts and words get in between. */
export function damageOf({ length }: Buffer): fc.Arbitrary<{ readonly isNone: boolean; readonly apply: Change }> {
  const at = fc.nat(length - 1);
  const change = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.tuple(
        fc.constant('byte' as const),
        at,
        fc.nat(255).map((value) => Buffer.of(value)),
      ),
    },
    { weight: 2, arbitrary: fc.tuple(fc.constant('insert' as const), at, fc.constantFrom(...ODD_TEXTS)) },
    { weight: 2, arbitrary: fc.tuple(fc.constant('over' as const), at, fc.constantFrom(...ODD_TEXTS, ...ODD_WORDS)) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('lose' as const), at, fc.integer({ min: 1, max: 200 })) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('twice' as const), at, fc.integer({ min: 1, max: 200 })) },
  );
  const cut = fc.oneof({ weight: 4, arbitrary: fc.constant(length) }, { weight: 1, arbitrary: fc.nat(length) });
  return fc.tuple(fc.array(change, { maxLength: 4 }), cut).map(([changes, cutAt]) => ({
    isNone: changes.length === 0 && cutAt === length,
    apply: (bytes) =>
      changes.reduce<Buffer>(
        (whole, [kind, place, what]) => {
          const [front, back] = [whole.subarray(0, place), whole.subarray(place)];
          if (kind === 'insert') return Buffer.concat([front, what, back]);
          if (kind === 'lose') return Buffer.concat([front, back.subarray(what)]);
          if (kind === 'twice') return Buffer.concat([front, back.subarray(0, what), back]);
          return Buffer.concat([front, what, back.subarray(what.length)]);
        },
        bytes.subarray(0, cutAt),
      ),
    toString: () => `${JSON.stringify(changes)} cut at ${cutAt}`,
  }));
}
