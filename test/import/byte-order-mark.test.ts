import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatDepthLine, formatHeaderLine, formatTradeLine } from '../../shared/market/events/depth-line.js';
import { StoreRig } from '../store/store-rig.js';
import { fillOf, intentOf, lineOf } from './journal-lines.js';

const T0 = 1_567_098_590_754_568_913n;

/** Files of every text format, of some rows. */
const TEXTS: Readonly<Record<string, (rows: number) => readonly [string, string]>> = {
  bars: (rows) => {
    const open = (i: number) => new Date(Date.UTC(2024, 1, 28, 14, 5 * i)).toISOString().replace('.000', '');
    const lines = Array.from({ length: rows + 1 }, (_, i) => `${open(i)},5100,5101,5099,5100,${i}\n`);
    return ['ESH4-5m.csv', `ts_open_utc,open,high,low,close,volume\n${lines.join('')}`];
  },
  captured: (rows) => {
    const header = formatHeaderLine({
      ...{ kind: 'header', v: 1, instrument: 'ESU9', exchange: 'CME', tickSize: 0.25, multiplier: 50, levels: 10 },
    });
    const lines = Array.from({ length: rows }, (_, i) =>
      i % 2 ? formatTradeLine(T0, i + 1, 2926, i, 'buy') : formatDepthLine(T0, i + 1, 0, 1, 0, 2926, 5, true),
    );
    return ['segment.jsonl', header + lines.join('')];
  },
  journal: (rows) => {
    const at = (i: number) => new Date(Date.UTC(2019, 7, 29, 14, 0, i)).toISOString();
    const lines = Array.from({ length: rows }, (_, i) => lineOf(i + 1, at(i), i % 2 ? fillOf(i - 1) : intentOf(i)));
    return ['orders.jsonl', lines.join('')];
  },
  binance: (rows) => {
    const book = { lastUpdateId: 1, bids: [['60000.0', '2.0']], asks: [['60000.2', '1.0']] };
    const trade = (i: number) => ({
      e: 'trade',
      E: 1,
      T: 1_723_075_200_000,
      s: 'BTCUSDT',
      t: i,
      p: '60000.1',
      q: '1',
      m: true,
    });
    const messages = [book, ...Array.from({ length: rows }, (_, i) => trade(i))];
    return ['x.txt', messages.map((one, i) => `${1_723_075_200_000 + i}000000 ${JSON.stringify(one)}\n`).join('')];
  },
};

describe('a byte order mark, and the line ends of Windows', () => {
  const rig = new StoreRig();

  for (const [name, textOf] of Object.entries(TEXTS))
    it(`change nothing of what is imported: ${name}`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 20 }), fc.boolean(), fc.boolean(), async (rows, mark, windows) => {
          const [file, text] = textOf(rows);
          const ends = windows ? text.replaceAll('\n', '\r\n') : text;
          const plain = (await rig.importAs(file, text)).record;
          const { shards, read, rejected } = (await rig.importAs(file, `${mark ? '\ufeff' : ''}${ends}`)).record;
          assert.deepEqual({ shards, read, rejected }, { shards: plain.shards, read: plain.read, rejected: 0 });
        }),
        { numRuns: 15 },
      );
    });
});
