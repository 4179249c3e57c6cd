import { configAt, s3At } from '../../../bench/shared-store/s3-server.js';
import { importFile } from '../../../research/import/import-file.js';
import { openStore } from '../../../research/store/open-store.js';
import { ParquetWriter } from '../../../research/store/parquet-writer.js';

/** A process that imports files into a shared store: `node import-process.js HOME ENDPOINT FILE...`; a line on stdout for each. */
const [home, endpoint, ...files] = process.argv.slice(2);
const store = await openStore(configAt(home!, s3At(endpoint!)));
const parquet = await ParquetWriter.open();
process.stdout.write('ready\n');
for (const file of files) {
  const { record } = await importFile(store, parquet, file);
  process.stdout.write(`${record.key}\n`);
}
parquet.close();
