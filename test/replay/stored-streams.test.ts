import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { importFile } from '../../research/import/import-file.js';
import { openEventStream } from '../../research/replay/event-stream.js';
import { replay } from '../../research/replay/replay.js';
import { openStoredStreams } from '../../research/replay/stored-streams.js';
import { MarketStore } from '../../research/store/market-store.js';
import { ParquetWriter } from '../../research/store/parquet-writer.js';
import { Days } from '../backtest/days.js';
import { ES_SAMPLE } from '../market/sample-file.js';

describe('a replay from the store', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'believe-stored-'));
  const store = new MarketStore(folder);
  let days: Days;
  before(async () => {
    days = await Days.make(2, 2);
    const parquet = await ParquetWriter.open();
    try {
      for (const file of [...days.files, ES_SAMPLE]) await importFile(store, parquet, file);
    } finally {
      parquet.close();
    }
  });
  after(async () => {
    await days.remove();
    rmSync(folder, { recursive: true });
  });

  it('gives the digest of the files that were imported, also of the real book', async () => {
    const { heads } = days.release;
    const stored = await openStoredStreams(store, { instrument: 'ESZ5' });
    assert.deepEqual(
      stored.map(({ header }) => [header.tradeDate, header.synthetic, header.tickSize, header.multiplier]),
      [
        ['2014-01-02', true, 0.25, 50],
        ['2014-01-03', true, 0.25, 50],
      ],
    );
    for (const [i, file] of days.files.entries()) {
      const ofFile = await replay([await openEventStream(file)], { heads });
      assert.ok(ofFile.decisions > 100);
      assert.deepEqual(await replay([stored[i]!], { heads }), ofFile);
    }
    const real = await replay(await openStoredStreams(store, { instrument: 'ESU9' }), { heads });
    assert.deepEqual(real, await replay([await openEventStream(ES_SAMPLE)], { heads }));
  });

  it('takes the dates asked for, and says what there is not', async () => {
    const [one, ...others] = await openStoredStreams(store, { instrument: 'ESZ5', dateFrom: '2014-01-03' });
    assert.deepEqual([one?.header.tradeDate, others], ['2014-01-03', []]);
    await assert.rejects(openStoredStreams(store, { instrument: 'NQZ5' }), /has no depth of NQZ5/);
  });
});
