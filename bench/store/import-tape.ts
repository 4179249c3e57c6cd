import { importFile } from '../../research/import/import-file.js';
import { MarketStore } from '../../research/store/market-store.js';
import { ParquetWriter } from '../../research/store/parquet-writer.js';

/** A process that imports one file into a store and says how long it took and how much memory: `import-tape.js STORE FILE`. */
const [root, file] = process.argv.slice(2);
const startMs = performance.now();
const store = new MarketStore(root!);
const parquet = await ParquetWriter.open();
const { record } = await importFile(store, parquet, file!);
parquet.close();
const seconds = (performance.now() - startMs) / 1000;
const books = record.shards.filter(({ dataset }) => dataset === 'mbp10');
process.stdout.write(
  JSON.stringify({
    seconds,
    rows: books.reduce((sum, { rows }) => sum + rows, 0),
    bytes: books.reduce((sum, { bytes }) => sum + bytes, 0),
    peakMb: process.resourceUsage().maxRSS / 1000,
    files: books.map(({ sha256 }) => store.objects.locate(sha256)),
  }),
);
