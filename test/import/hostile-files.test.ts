import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { decompress } from 'fzstd';
import type { ImportRecord } from '../../research/store/catalogue.js';
import type { MarketStore } from '../../research/store/market-store.js';
import { BadInput } from '../../shared/failure.js';
import { formatDepthLine, formatHeaderLine, formatTradeLine } from '../../shared/market/events/depth-line.js';
import { REAL_FILES } from '../market/real-files.js';
import { StoreRig } from '../store/store-rig.js';

const HEADER = formatHeaderLine({
  kind: 'header',
  v: 1,
  instrument: 'ESU9',
  tickSize: 0.25,
  multiplier: 50,
  levels: 10,
  exchange: 'CME',
});
const T0 = 1_567_098_590_754_568_913n;
/** Metadata and headers say what the rows are. */
const HEADER_BYTES_MAX = 206;

/** The beginnings of all real files, unpacked and small enough to be tried often. */
const SAMPLES: Record<string, Buffer> = {
  'ESU9.jsonl': gunzipSync(readFileSync(REAL_FILES.es)).subarray(0, 6000),
  'mbo.dbn': Buffer.from(decompress(readFileSync(REAL_FILES.mbo))).subarray(0, 206 + 56 * 60),
  'mbp1.dbn': Buffer.from(decompress(readFileSync(REAL_FILES.mbp1))).subarray(0, 206 + 80 * 40),
  'ohlcv.dbn': Buffer.from(decompress(readFileSync(REAL_FILES.ohlcv))),
  'definition.dbn': Buffer.from(decompress(readFileSync(REAL_FILES.definition))),
  'ESH23.scid': readFileSync(REAL_FILES.scid),
  'ESU25.depth': readFileSync(REAL_FILES.sierraDepth).subarray(0, 64 + 24 * 80),
  'NQ.csv': gunzipSync(readFileSync(REAL_FILES.nq)).subarray(0, 3000),
  'binance.txt': gunzipSync(readFileSync(REAL_FILES.spot)).subarray(0, 8000),
  'gc.zip': Buffer.from(
    zipSync({ '20131007_gc_tick_trade_201312.csv': Buffer.from('52200000,1315.4,2,E,0,0\n'.repeat(40)) }, { level: 0 }),
  ),
  'orders.jsonl': Buffer.from(
    Array.from(
      { length: 20 },
      (_, i) =>
        `{"kind":"intent","n":${i + 1},"marketTime":"2019-08-29T14:30:00.000Z","orderRef":"r${i}","side":"BUY","contracts":1}\n`,
    ).join(''),
  ),
};

/** Kinds of which every record is a row by itself: what was not touched has to come out as it was. */
const ROW_BY_ROW = new Set(['mbp1.dbn', 'ohlcv.dbn', 'ESH23.scid', 'NQ.csv', 'gc.zip', 'orders.jsonl']);
/** A changed byte may end a line or join two, and a record may be rows of two datasets. */
const ROWS_A_CHANGE_MAX = 4;
/** Damaged files of each kind; the full study has 20,000. */
const RUNS = Number(process.env.BELIEVE_HOSTILE_FILES ?? 25);

describe('damaged and hostile files', () => {
  const rig = new StoreRig();
  let files = 0;

  function fileOf(bytes: Buffer | string, name: string): string {
    const file = path.join(rig.folder, `${files++}-${name}`);
    writeFileSync(file, bytes);
    return file;
  }

  for (const [name, sample] of Object.entries(SAMPLES))
    it(`either import or are refused with a reason, never crash and never pass in silence: ${name}`, async () => {
      const hints = { instrument: 'X' };
      const whole = (await rig.import(fileOf(sample.subarray(0, wholeRecords(name, sample)), name), { hints })).record;
      const expected = total(whole.read);
      const original = new Set(await rowsIn(rig.storeNamed('store'), whole));
      const damage = fc.record({
        cutAt: fc.oneof(fc.constant(sample.length), fc.integer({ min: 0, max: sample.length })),
        changes: fc.array(fc.tuple(fc.nat(sample.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 4 }),
      });
      const property = fc.asyncProperty(damage, async ({ cutAt, changes }) => {
        const bytes = Buffer.from(sample.subarray(0, cutAt));
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        const file = fileOf(bytes, name);
        const store = rig.storeNamed(`store-${files}`);
        try {
          const { record } = await rig.import(file, { onError: 'quarantine', hints }, store);
          const quarantined = record.quarantine === null ? [] : linesOf(path.join(store.root, record.quarantine));
          assert.equal(quarantined.length, record.rejected);
          for (const line of quarantined) assert.ok(line.where && line.reason, JSON.stringify(line));
          if (cutAt === sample.length && changes.length === 0) assert.equal(total(record.read), expected);
          if (!ROW_BY_ROW.has(name) || changes.some(([at]) => at < HEADER_BYTES_MAX)) return;
          const odd = (await rowsIn(store, record)).filter((row) => !original.has(row));
          assert.ok(odd.length <= ROWS_A_CHANGE_MAX * changes.length + 1, `changed by themselves: ${odd}`);
        } catch (error) {
          assert.ok(error instanceof BadInput, (error as Error).stack);
          assert.ok(error.message.includes(path.basename(file)));
        }
      });
      await fc.assert(property, { numRuns: RUNS });
    }).timeout(60_000 + 2000 * RUNS);

  /** As text, without what goes by the name of the file. */
  async function rowsIn(store: MarketStore, { shards }: ImportRecord): Promise<string[]> {
    const rows: string[] = [];
    for (const dataset of new Set(shards.map((shard) => shard.dataset)))
      for (const { symbol: _symbol, ...row } of await rig.rows({ dataset }, '*', store))
        rows.push(JSON.stringify(row, (_key, value) => (typeof value === 'bigint' ? String(value) : value)));
    return rows;
  }

  it('are refused by content, whatever their name says', async () => {
    await assert.rejects(rig.import(fileOf('', 'x.jsonl')), /is of no known kind/);
    await assert.rejects(
      rig.import(fileOf('hello\nworld\n', 'x.scid')),
      /is of no known kind.*give one of|no known kind/,
    );
    await assert.rejects(rig.import(fileOf(Buffer.alloc(100_000), 'x.dbn')), /is of no known kind/);
    await assert.rejects(rig.import(path.join(rig.folder, 'nothing')), /there is no such file/);
    const { record } = await rig.import(fileOf(readFileSync(REAL_FILES.scid), 'x.csv'), {
      hints: { instrument: 'ES' },
    });
    assert.equal(record.format, 'sierra-scid');
  });

  it('name the byte, and say what to do, where a packed file is cut off', async () => {
    const zst = readFileSync(REAL_FILES.mbo);
    await assert.rejects(rig.import(fileOf(zst.subarray(0, 150_000), 'cut.dbn.zst')), /the zstd stream is cut off/);
    const zip = readFileSync(REAL_FILES.gc);
    await assert.rejects(rig.import(fileOf(zip.subarray(0, 90_000), 'cut.zip')), /cut\.zip: cannot be unpacked/);
    const dbn = Buffer.from(decompress(zst)).subarray(0, 206 + 56 * 10 + 13);
    await assert.rejects(rig.import(fileOf(dbn, 'cut.dbn')), /byte 766\): the file ends within a record/);
    const { record } = await rig.import(fileOf(dbn, 'cut.dbn'), { onError: 'quarantine' });
    assert.deepEqual([record.read.records, record.rejected], [10, 1]);
  });

  it('take nothing of a file with a broken row where broken rows are refused', async () => {
    const good = formatTradeLine(T0, 1, 2926, 1, 'buy');
    const file = fileOf(`${HEADER}${good}{"kind":"trade"}\n`, 'broken.jsonl');
    await assert.rejects(rig.import(file), /line 3\): ts: .*/);
    assert.deepEqual(rig.store.catalogue.imports(), []);
    assert.ok(!existsSync(rig.store.quarantineFolder));
  });

  it('put a gap in the place of a quarantined line, and keep the line with its number and the reason', async () => {
    const lines = [
      formatDepthLine(T0, 1, 0, 1, 0, 2926, 5, true),
      formatDepthLine(T0 + 5n, 2, 0, 1, 1, 2925.1, 5, true),
      formatTradeLine(T0 + 9n, 3, 2926, 1, 'buy'),
    ];
    const file = fileOf(HEADER + lines.join(''), 'broken.jsonl');
    const { record } = await rig.import(file, { onError: 'quarantine' });
    assert.deepEqual(record.read, { depth: 1, trades: 1, gaps: 1 });
    assert.equal(record.rejected, 1);
    const [row] = linesOf(path.join(rig.store.root, record.quarantine!));
    assert.equal(row!.where, 'line 3');
    assert.match(row!.reason, /2925\.1 is not a whole number of ticks/);
    assert.equal(row!.raw, lines[1]!.trim());
    const actions = await rig.rows({ dataset: 'mbp10' }, 'action');
    assert.deepEqual(
      actions.map(({ action }) => action),
      ['A', 'N', 'T'],
    );
  });

  it('are rows without a place in the calendar, and prices and sizes that cannot be', async () => {
    const record = Buffer.alloc(40);
    record.writeBigInt64LE(1n, 0);
    const scid = readFileSync(REAL_FILES.scid).subarray(0, 96);
    const early = await rig.import(fileOf(Buffer.concat([scid, record]), 'ES-a.scid'), { onError: 'quarantine' });
    assert.deepEqual([early.record.read.trades, early.record.rejected], [1, 1]);
    const late = formatTradeLine(2_000_000_000_000_000_000n, 1, 2926, 1, 'buy');
    await assert.rejects(rig.import(fileOf(HEADER + late, 'late.jsonl')), /outside the trading calendar/);
  });
});

function total(read: Readonly<Record<string, number>>): number {
  return Object.values(read).reduce((sum, count) => sum + count, 0);
}

/** Where the last whole line of a text sample ends. */
function wholeRecords(name: string, sample: Buffer): number {
  return /\.(jsonl|csv|txt)$/.test(name) ? sample.lastIndexOf(10) + 1 : sample.length;
}

function linesOf(file: string): { where: string; reason: string; raw: string }[] {
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}
