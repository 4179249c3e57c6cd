import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { decompress } from 'fzstd';
import type { ImportHints } from '../../research/import/format.js';
import type { ImportRecord } from '../../research/store/catalogue.js';
import type { MarketStore } from '../../research/store/market-store.js';
import { BadInput } from '../../shared/failure.js';
import { formatDepthLine, formatHeaderLine, formatTradeLine } from '../../shared/market/events/depth-line.js';
import { REAL_FILES } from '../market/real-files.js';
import { StoreRig } from '../store/store-rig.js';
import { damageOf, HOSTILE_SAMPLES } from './hostile-samples.js';
import { IndependentReaders, quarantinedRows } from './independent-readers.js';

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
/** Damaged files of each kind; the full study has 20,000. */
const RUNS = Number(process.env.BELIEVE_HOSTILE_FILES ?? 25);

/** A few kilobytes take milliseconds: what takes so long hangs. */
const FILE_LIMIT_MS = 30_000;

/** What became of the damaged files of a kind. */
interface Tally {
  right: number;
  quarantined: number;
  refused: number;
  /** Of those that were imported: no independent reader takes the file as a whole. */
  unread: Record<string, number>;
}

describe('damaged and hostile files', () => {
  const rig = new StoreRig();
  let files = 0;

  function fileOf(bytes: Buffer | string, name: string): string {
    const file = path.join(rig.folder, `${files++}-${name}`);
    writeFileSync(file, bytes);
    return file;
  }

  for (const [name, { bytes: sample, hints, pack }] of Object.entries(HOSTILE_SAMPLES))
    it(`are imported as independent readers read them, set aside or refused with a reason, never crash and never pass in silence: ${name}`, async () => {
      const readers = await IndependentReaders.open();
      const tally: Tally = { right: 0, quarantined: 0, refused: 0, unread: {} };
      const property = fc.asyncProperty(damageOf(sample), async (damage) => {
        const damaged = damage.apply(sample);
        const file = fileOf(pack ? pack(damaged) : damaged, name);
        const store = rig.storeNamed(`store-${files}`);
        try {
          await within(FILE_LIMIT_MS, judge(file, store, { hints, tally, readers, isWhole: damage.isNone }));
        } finally {
          for (const made of [file, store.root]) rmSync(made, { recursive: true, force: true });
        }
      });
      try {
        await fc.assert(property, { numRuns: RUNS });
      } finally {
        readers.close();
      }
      if (process.env.BELIEVE_HOSTILE_FILES) process.stdout.write(`      ${JSON.stringify({ name, ...tally })}\n`);
    }).timeout(60_000 + 2000 * RUNS);

  interface Judging {
    readonly hints: ImportHints;
    readonly tally: Tally;
    readonly readers: IndependentReaders;
    readonly isWhole: boolean;
  }

  async function judge(file: string, store: MarketStore, { hints, tally, readers, isWhole }: Judging): Promise<void> {
    const record = await recordOf(file, store, hints);
    if (record === null) {
      assert.ok(!isWhole, 'refused without damage');
      tally.refused++;
      return;
    }
    const quarantined = quarantinedRows(store, record);
    assert.equal(quarantined.length, record.rejected);
    for (const line of quarantined) assert.ok(line.where && line.reason, JSON.stringify(line));
    const answer = await readers.ask(file, record, store, hints);
    assert.notEqual(answer.verdict, 'different', JSON.stringify(answer));
    if (isWhole) assert.equal(answer.verdict, 'same', JSON.stringify(answer));
    if (answer.verdict === 'refused') {
      const why = answer.why.replaceAll(/\d+/g, 'N').slice(0, 100);
      tally.unread[why] = (tally.unread[why] ?? 0) + 1;
    }
    tally[record.rejected > 0 ? 'quarantined' : 'right']++;
  }

  /** Null where the file was refused, with a reason that names it. */
  async function recordOf(file: string, store: MarketStore, hints: ImportHints): Promise<ImportRecord | null> {
    try {
      return (await rig.import(file, { onError: 'quarantine', hints }, store)).record;
    } catch (error) {
      assert.ok(error instanceof BadInput, (error as Error).stack);
      assert.ok(error.message.includes(path.basename(file)));
      return null;
    }
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
    const [row] = quarantinedRows(rig.store, record);
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

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`hangs: ${ms / 1000} s are over`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
