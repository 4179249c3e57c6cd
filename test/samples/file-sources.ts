import path from 'node:path';
import type { BarsSource, DepthSource } from '../../research/samples/build-samples.js';
import { isSynthetic } from '../../shared/market/events/depth-header.js';
import { readBarsFile } from '../../shared/node/files/bars-csv.js';
import { type DepthReadOptions, openDepthFile } from '../../shared/node/files/depth-jsonl.js';

/** A file as it lies there: what a training set in the store must equal. */
export async function depthSource(name: string, options: DepthReadOptions = {}): Promise<DepthSource> {
  const file = await openDepthFile(name, options);
  const { instrument, tickSize, tradeDate } = file.header;
  return { name, instrument, tickSize, tradeDate, synthetic: isSynthetic(file.header), batches: () => file.batches() };
}

export async function barsSource(name: string): Promise<BarsSource> {
  const { bars, synthetic } = await readBarsFile(name);
  const instrument = /^\w+/.exec(path.basename(name))?.[0] ?? '';
  return { name, instrument, synthetic, read: async () => bars };
}
