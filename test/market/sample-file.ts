import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/** The sample folder beside the repository, seen from dist/test/market. */
const DATA = new URL('../../../../shared/data/', import.meta.url);

/** Four minutes of the real ES book: 20,577 depth operations and 838 trades. */
export const ES_SAMPLE = fileURLToPath(new URL('es-depth/ESU9-20190829.depth.jsonl.gz', DATA));
export const NQ_BARS = fileURLToPath(new URL('bars/NQ-5m-20241202-20250929.csv.gz', DATA));
export const CL_BARS = fileURLToPath(new URL('bars/CL-5m-20231015-20250929.csv.gz', DATA));

export function unpacked(path: string): string {
  return gunzipSync(readFileSync(path)).toString('utf8');
}
