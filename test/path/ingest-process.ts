// Brings a day into the store in a process of its own, which kills itself on the way:
//   node ingest-process.js <world> <kill before the n-th file operation>

import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type IngestOptions, ingestDay } from '../../research/ingest/ingest-day.js';
import { MarketStore } from '../../research/store/market-store.js';
import { readTrustedRoot } from '../../shared/node/trust/trust-store.js';
import { killBefore } from '../release/cut-off.js';
import { BROKER } from './batches.js';
import { DATE } from './broker-rig.js';

/** What was received in the world of a test, and its store. */
export function receivedDayOf(world: string): IngestOptions {
  return {
    ...{ instrument: 'ESM5', tradeDate: DATE, broker: BROKER, epoch: 1, formerRoots: [] },
    root: readTrustedRoot(path.join(world, 'trust')),
    receiverFolder: path.join(world, 'receiver'),
    store: new MarketStore(path.join(world, 'store')),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [world, killAt] = process.argv.slice(2) as [string, string];
  const day = receivedDayOf(world);
  killBefore(Number(killAt));
  await ingestDay(day);
}
