import { openStoredStreams, type StoredRange } from '../../research/replay/stored-streams.js';
import type { MarketStore } from '../../research/store/market-store.js';
import { isSynthetic } from '../../shared/market/events/depth-header.js';
import type { Tape } from '../../simulator/market/tape.js';

/** What the store holds of an instrument between two trade dates, one after the other. @throws Failure NoSuchDepth */
export async function storeTape(store: MarketStore, range: StoredRange): Promise<Tape> {
  const streams = await openStoredStreams(store, range);
  const { header, firstNs } = streams[0]!;
  return {
    instrument: header.instrument,
    tickSize: header.tickSize,
    levels: header.levels,
    synthetic: streams.some((stream) => isSynthetic(stream.header)),
    firstMs: Number(firstNs) / 1e6,
    async *open() {
      for (const stream of streams) yield* stream.batches();
    },
  };
}
