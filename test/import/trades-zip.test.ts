import assert from 'node:assert/strict';
import { zipSync } from 'fflate';
import { StoreRig } from '../store/store-rig.js';

const ROWS = '52200000,1315.4,2,E,0,0\n52200100,1315.5,1,E,0,0\n';

describe('a zip of trades', () => {
  const rig = new StoreRig();
  const importOf = (entries: Record<string, string>, options = {}) =>
    rig.importAs(
      'x.zip',
      Buffer.from(
        zipSync(Object.fromEntries(Object.entries(entries).map(([name, text]) => [name, Buffer.from(text)]))),
      ),
      options,
    );
  const symbols = async () => (await rig.rows({ dataset: 'ticks' }, 'symbol')).map(({ symbol }) => symbol);

  it('keeps contracts of two decades apart', async () => {
    await importOf({
      '20131007_gc_tick_trade_201312.csv': ROWS,
      '20131007_gc_tick_trade_202312.csv': ROWS,
    });
    assert.deepEqual(await symbols(), ['GCZ13', 'GCZ13', 'GCZ23', 'GCZ23']);
  });

  it('is no worse for folders, and for what a Mac puts beside them', async () => {
    const { record } = await importOf({
      '20131007/': '',
      '20131007/20131007_gc_tick_trade_201312.csv': ROWS,
      '__MACOSX/._20131007_gc_tick_trade_201312.csv': 'x',
    });
    assert.equal(record.read.trades, 2);
  });

  it('is refused for days and months that there are not, and for rows by their own reason', async () => {
    await assert.rejects(importOf({ '20130230_gc_tick_trade_201304.csv': ROWS }), /there is no day 2013-02-30/);
    await assert.rejects(importOf({ '20131007_gc_tick_trade_201313.csv': ROWS }), /there is no month 13/);
    const row = (fields: string) => importOf({ '20131007_gc_tick_trade_201312.csv': `\ufeff${ROWS}${fields}\n` });
    await assert.rejects(row('0x10,1,1,E,0,0'), /201312\.csv line 3\): "0x10" is no time of day in ms$/);
    await assert.rejects(row('1,1,4294967296,E,0,0'), /line 3\): "4294967296" is no size$/);
  });

  it('is refused where a venue is no UTF-8 text', async () => {
    const latin1 = Buffer.from(`${ROWS}52200200,1315.5,1,\u00e9,0,0\n`, 'latin1');
    const zip = Buffer.from(zipSync({ '20131007_gc_tick_trade_201312.csv': new Uint8Array(latin1) }));
    await assert.rejects(rig.importAs('x.zip', zip), /201312\.csv line 3\): is not UTF-8 text/);
  });

  it('is refused where a venue has a control character: other readers see another line', async () => {
    const csv = Buffer.from(`${ROWS}52200200,1315.5,1,X\rY,0,0\n`);
    const zip = Buffer.from(zipSync({ '20131007_gc_tick_trade_201312.csv': csv }));
    await assert.rejects(rig.importAs('x.zip', zip), /201312\.csv line 3\): has a control character/);
  });

  it('is refused where the checksum of an entry is wrong', async () => {
    const bytes = Buffer.from(zipSync({ '20131007_gc_tick_trade_201312.csv': Buffer.from(ROWS) }, { level: 0 }));
    bytes[bytes.indexOf('1315.4') + 5] = '9'.charCodeAt(0);
    await assert.rejects(rig.importAs('x.zip', bytes), /checksum is wrong/);
    assert.deepEqual(rig.store.catalogue.imports(), []);
  });

  it('is refused where its directory has more entries than it says', async () => {
    const names = ['20131007_gc_tick_trade_201312.csv', '20131007_gc_tick_trade_201402.csv'];
    const zip = Buffer.from(zipSync(Object.fromEntries(names.map((name) => [name, Buffer.from(ROWS)]))));
    const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1');
    for (const count of [0, 1]) {
      const damaged = Buffer.from(zip);
      damaged.writeUInt16LE(count, end + 10);
      await assert.rejects(rig.importAs('x.zip', damaged), /x\.zip: its directory goes on after the \d entr/);
    }
    assert.deepEqual(rig.store.catalogue.imports(), []);
  });

  it('is refused where directory and entry are not of one name: the name says the day', async () => {
    const zip = Buffer.from(zipSync({ '20131007_gc_tick_trade_201312.csv': Buffer.from(ROWS) }));
    for (const at of [zip.indexOf('20131007'), zip.lastIndexOf('20131007')]) {
      const damaged = Buffer.from(zip);
      damaged.write('20131008', at, 'latin1');
      await assert.rejects(rig.importAs('x.zip', damaged), /201312\.csv\): has another name in the directory/);
    }
    assert.deepEqual(rig.store.catalogue.imports(), []);
  });
});
