import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { ImportHints } from '../../research/import/format.js';
import { findShards, partitionsOf } from '../../research/store/shard-query.js';
import { StoreRig } from '../store/store-rig.js';
import { intentOf, lineOf } from './journal-lines.js';
import { scidFile, scidTick } from './write-scid.js';

const BARS = `ts_open_utc,open,high,low,close,volume
2024-01-02T15:00:00Z,5100,5101,5099,5100,10
2024-01-02T16:00:00Z,5100,5101,5099,5100,10
2024-01-02T17:00:00Z,5100,5101,5099,5100,10
`;
const JOURNAL = lineOf(1, '2019-08-29T14:30:00.000Z', intentOf(0));
const TICK = scidTick({
  timeMs: Date.parse('2025-09-22T14:00:00Z'),
  price: 6700.25,
  bid: 6700.25,
  ask: 6700.5,
  size: 2,
});

/** Names that files and options may say. */
const instrument = fc.constantFrom('ESH4', 'NQH4', '6EH4', 'CLF5');
const interval = fc.constantFrom(60, 300, 900, 3600);
const IN_NAMES: Readonly<Record<number, string>> = { 60: '-1m', 300: '-5min', 900: '-15m', 3600: '-hourly' };

describe('the same bytes under another name', () => {
  const rig = new StoreRig();

  /** How an import of these bytes has to be labelled, and a name and options that say so. */
  const labelled = fc.record({
    contract: instrument,
    /** Bars say it themselves where nothing else does. */
    seconds: fc.option(interval, { nil: undefined }),
    namesContract: fc.boolean(),
    namesSeconds: fc.boolean(),
  });

  const barsOf = async () => {
    const shards = findShards(rig.store.catalogue.imports(), { dataset: 'bars' });
    const rows = await rig.rows({ dataset: 'bars' }, 'symbol, interval_s');
    assert.equal(rows.length, 3 * shards.length);
    return new Set(rows.map(({ symbol, interval_s }) => `${symbol} ${interval_s}`));
  };

  it('are bars of the instrument and length that name or option say, and only then known', async () => {
    const property = fc.asyncProperty(fc.array(labelled, { minLength: 1, maxLength: 5 }), async (files) => {
      rmSync(rig.store.root, { recursive: true, force: true });
      const expected = new Set<string>();
      for (const { contract, seconds, namesContract, namesSeconds } of files) {
        const name = `${namesContract ? contract : 'other'}${seconds && namesSeconds ? IN_NAMES[seconds] : ''}.csv`;
        const hints = {
          ...(namesContract ? {} : { instrument: contract }),
          ...(seconds && !namesSeconds ? { barSeconds: seconds } : {}),
        };
        const label = `${contract} ${seconds ?? 3600}`;
        const { isNew, record } = await rig.importAs(name, BARS, { hints });
        assert.deepEqual([...new Set(record.shards.map((shard) => shard.instrument))], [contract]);
        if (!expected.has(label)) assert.ok(isNew, label);
        expected.add(label);
        assert.deepEqual(await barsOf(), expected);
        assert.equal((await rig.importAs(name, BARS, { hints })).isNew, false);
      }
    });
    await fc.assert(property, { numRuns: 25 });
  });

  it('are known where an option says what the name said, and the other way round', async () => {
    assert.ok((await rig.importAs('ESH4-5m.csv', BARS)).isNew);
    for (const [name, hints] of [
      ['x.csv', { instrument: 'ESH4', barSeconds: 300 }],
      ['x-5m.csv', { instrument: 'ESH4' }],
      ['ESH4.csv', { barSeconds: 300 }],
    ] as const)
      assert.equal((await rig.importAs(name, BARS, { hints })).isNew, false, name);
  });

  for (const [what, bytes, ending] of [
    ['packed ticks of Sierra Chart', gzipSync(scidFile([TICK])), '.scid.gz'],
    ['growing ticks of Sierra Chart', scidFile([TICK]), '.scid'],
  ] as const)
    it(`are the other instrument's: ${what}`, async () => {
      for (const contract of ['ESZ5', 'NQZ5', 'ESZ5']) await rig.importAs(`${contract}${ending}`, bytes);
      const rows = await rig.rows({ dataset: 'ticks' }, 'symbol');
      assert.deepEqual(
        rows.map(({ symbol }) => symbol),
        ['ESZ5', 'NQZ5'],
      );
    });

  it('are journals of the account or of an instrument, as an option says, whatever their name', async () => {
    for (const [name, hints] of [
      ['a.jsonl', {}],
      ['b.jsonl', {}],
      ['a.jsonl', { instrument: 'ESZ5' }],
      ['b.jsonl', { instrument: 'ESZ5' }],
    ] as const)
      await rig.importAs(name, JOURNAL, { hints });
    const found = partitionsOf(findShards(rig.store.catalogue.imports(), {}));
    assert.deepEqual(
      found.map((one) => [one.instrument, one.rows]),
      [
        ['ESZ5', 1],
        ['account', 1],
      ],
    );
    assert.equal(rig.store.catalogue.imports().length, 2);
  });
});

describe('a catalogue of before names and options were part of what is known', () => {
  const rig = new StoreRig();

  /** Records of then went by what options said alone. */
  async function importedThen(name: string, hints: ImportHints): Promise<void> {
    const { record } = await rig.importAs(name, BARS, { hints });
    const told = hints.barSeconds === undefined ? [] : [hints.barSeconds];
    const parts = [record.source.sha256, 0, record.format, hints.instrument ?? null, hints.priceScale ?? null, ...told];
    const key = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
    const folder = path.join(rig.store.root, 'catalogue');
    for (const file of readdirSync(folder)) rmSync(path.join(folder, file));
    writeFileSync(path.join(folder, `${key}.json`), `${JSON.stringify({ ...record, key })}\n`);
  }

  it('still knows the file by its name and options, and no other name', async () => {
    for (const hints of [{}, { instrument: 'ESH4' }, { barSeconds: 900 }, { instrument: 'NQH4', barSeconds: 900 }]) {
      rmSync(rig.store.root, { recursive: true, force: true });
      await importedThen('ESH4-5m.csv', hints);
      assert.equal((await rig.importAs('ESH4-5m.csv', BARS, { hints })).isNew, false, JSON.stringify(hints));
      const [contract, seconds] = [hints.instrument ?? 'ESH4', hints.barSeconds ?? 300];
      const told = { instrument: contract, barSeconds: seconds };
      assert.equal((await rig.importAs('x.csv', BARS, { hints: told })).isNew, false);
      assert.ok((await rig.importAs('CLF4-5m.csv', BARS)).isNew);
      assert.ok((await rig.importAs('ESH4-1m.csv', BARS)).isNew);
    }
  });
});
