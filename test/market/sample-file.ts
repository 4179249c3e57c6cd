import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { sampleFile } from '../../setup/sample-data.js';

/** Four minutes of the real ES book: 20,577 depth operations and 838 trades. */
export const ES_SAMPLE = sampleFile('es-depth/ESU9-20190829.depth.jsonl.gz');
export const NQ_BARS = sampleFile('bars/NQ-5m-20241202-20250929.csv.gz');
export const CL_BARS = sampleFile('bars/CL-5m-20231015-20250929.csv.gz');

export function unpacked(path: string): string {
  return gunzipSync(readFileSync(path)).toString('utf8');
}
