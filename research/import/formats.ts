import { barsCsv } from './bars-csv.js';
import { binanceLines } from './binance-lines.js';
import { dbn } from './databento/dbn.js';
import { depthJsonl } from './depth-jsonl.js';
import type { Format } from './format.js';
import { gcTradesZip } from './gc-trades-zip.js';
import { journalJsonl } from './journal-jsonl.js';
import { sierraDepth } from './sierra/depth.js';
import { scid } from './sierra/scid.js';

/** Every kind of file that can be imported, in the order in which they are tried. */
export const FORMATS: readonly Format[] = [
  dbn,
  scid,
  sierraDepth,
  gcTradesZip,
  depthJsonl,
  binanceLines,
  barsCsv,
  journalJsonl,
];
