import { importFile } from '../../research/import/import-file.js';
import { openStore } from '../../research/store/open-store.js';
import { ParquetWriter } from '../../research/store/parquet-writer.js';
import { configAt, s3At } from './s3-server.js';

/**
 * A process that imports files into the store of a home, or of the bucket at an endpoint (`-` for none): `import-days.js HOME ENDPOINT
 * FILE...`. It says when it is ready, begins when it is told a line, and says how many rows it stored, and from when to when.
 */
const [home, endpoint, ...files] = process.argv.slice(2);
const store = await openStore(configAt(home!, endpoint === '-' ? null : s3At(endpoint!)));
const parquet = await ParquetWriter.open();
process.stdout.write('ready\n');
await new Promise((resolve) => process.stdin.once('data', resolve));
const before = process.cpuUsage();
const fromMs = Date.now();
let rows = 0;
for (const file of files) {
  const { record } = await importFile(store, parquet, file);
  rows += record.shards.filter(({ dataset }) => dataset === 'mbp10').reduce((sum, shard) => sum + shard.rows, 0);
}
const { user, system } = process.cpuUsage(before);
process.stdout.write(`${JSON.stringify({ rows, fromMs, toMs: Date.now(), cpuSeconds: (user + system) / 1e6 })}\n`);
parquet.close();
process.stdin.destroy();
