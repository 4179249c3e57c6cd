import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decompress } from 'fzstd';
import type { ImportHints } from '../../research/import/format.js';
import { REAL_FILES } from '../market/real-files.js';
import { StoreRig } from '../store/store-rig.js';
import { IndependentReaders } from './independent-readers.js';

/** Python adds up a whole book for every row: the beginnings of the large files. */
const BYTES_MAX = 400_000;
const lines = (file: string) => beginning(gunzipSync(readFileSync(file)));
const records = (file: string, headerBytes: number, recordBytes: number, count: number, bytes = readFileSync(file)) =>
  bytes.subarray(0, headerBytes + count * recordBytes);
const unpacked = (file: string) => Buffer.from(decompress(readFileSync(file)));

function beginning(bytes: Buffer): Buffer {
  return bytes.length <= BYTES_MAX ? bytes : bytes.subarray(0, bytes.lastIndexOf('\n', BYTES_MAX) + 1);
}

const FILES: Readonly<Record<string, { name: string; bytes: () => Buffer; hints?: ImportHints }>> = {
  es: { name: 'ES.jsonl', bytes: () => lines(REAL_FILES.es) },
  mbo: { name: 'mbo.dbn', bytes: () => records('', 206, 56, 1500, unpacked(REAL_FILES.mbo)) },
  mbp1: { name: 'mbp1.dbn.zst', bytes: () => readFileSync(REAL_FILES.mbp1) },
  trades: { name: 'trades.dbn.zst', bytes: () => readFileSync(REAL_FILES.trades) },
  ohlcv: { name: 'ohlcv.dbn.zst', bytes: () => readFileSync(REAL_FILES.ohlcv) },
  definition: { name: 'definition.dbn.zst', bytes: () => readFileSync(REAL_FILES.definition) },
  scid: { name: 'ESH3.scid', bytes: () => readFileSync(REAL_FILES.scid), hints: { instrument: 'ESH3' } },
  sierraDepth: {
    name: 'ES.depth',
    bytes: () => records(REAL_FILES.sierraDepth, 64, 24, 8000),
    hints: { instrument: 'ESU25_FUT_CME' },
  },
  gc: { name: 'gc.zip', bytes: () => readFileSync(REAL_FILES.gc) },
  nq: { name: 'NQ-5m.csv', bytes: () => lines(REAL_FILES.nq), hints: { instrument: 'NQH5', barSeconds: 300 } },
  cl: { name: 'CL-5m.csv', bytes: () => lines(REAL_FILES.cl), hints: { instrument: 'CLF5', barSeconds: 300 } },
  euro: { name: '6E-1m.csv', bytes: () => lines(REAL_FILES.euro), hints: { instrument: '6EH4', barSeconds: 60 } },
  spot: { name: 'spot.txt', bytes: () => lines(REAL_FILES.spot) },
  usdm: { name: 'usdm.txt', bytes: () => lines(REAL_FILES.usdm) },
};

describe('real files of every kind', function () {
  this.timeout(300_000);
  const rig = new StoreRig();
  let readers: IndependentReaders;
  before(async () => {
    readers = await IndependentReaders.open();
  });
  after(() => readers.close());

  it('are all of them compared', () => {
    assert.deepEqual(Object.keys(FILES).sort(), Object.keys(REAL_FILES).sort());
  });

  for (const [kind, { name, bytes, hints = {} }] of Object.entries(FILES))
    it(`are stored as Databento's package and Python's readers find them, and pyarrow reads the store: ${kind}`, async () => {
      const file = path.join(rig.folder, name);
      writeFileSync(file, bytes());
      const { record } = await rig.import(file, { hints });
      assert.equal(record.rejected, 0);
      const answer = await readers.ask(file, record, rig.store, hints);
      assert.equal(answer.verdict, 'same', JSON.stringify(answer));
    });
});
