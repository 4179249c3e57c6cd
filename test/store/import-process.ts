import { importFile } from '../../research/import/import-file.js';
import { MarketStore } from '../../research/store/market-store.js';
import { ParquetWriter } from '../../research/store/parquet-writer.js';

/** A process that imports files into a store: `node import-process.js STORE FILE...`; a line on stdout for each. */
const [root, ...files] = process.argv.slice(2);
const store = new MarketStore(root!);
const parquet = await ParquetWriter.open();
process.stdout.write('ready\n');
for (const file of files) {
  const { record } = await importFile(store, parquet, file);
  process.stdout.write(`${record.key}\n`);
}
parquet.close();
