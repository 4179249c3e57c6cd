import { Failure } from '../../shared/failure.js';
import type { DepthHeader } from '../../shared/market/events/depth-header.js';
import type { MarketStore } from '../store/market-store.js';
import { readDepthEvents } from '../store/read-depth.js';
import { findFirstCaptures } from '../store/shard-query.js';
import { type EventStream, firstOf } from './event-stream.js';

/** What to take out of the store; dates are included. */
export interface StoredRange {
  readonly instrument: string;
  readonly dateFrom?: string | undefined;
  readonly dateTo?: string | undefined;
  /** Where there is more than one. */
  readonly feed?: string | undefined;
}

/**
 * The stored depth of an instrument, one stream a trade date. The events, and so the digests, are those of the files
 * that were imported.
 * @throws Failure 'NoSuchDepth'
 */
export async function openStoredStreams(store: MarketStore, range: StoredRange): Promise<EventStream[]> {
  const { instrument, dateFrom: from, dateTo: to, feed } = range;
  const imports = store.catalogue.imports().filter(({ contract }) => contract !== null);
  const shards = findFirstCaptures(imports, { dataset: 'mbp10', instrument, from, to, feed });
  const tradeDates = [...new Set(shards.map((shard) => shard.tradeDate))].sort();
  if (tradeDates.length === 0)
    throw new Failure(
      'NoSuchDepth',
      `the store ${store.root} has no depth of ${instrument} between ${from ?? 'the first'} and ${to ?? 'the last'} date`,
      'see `believe store ls`',
    );
  const streams = tradeDates.map(async (tradeDate): Promise<EventStream> => {
    const found = shards.find((shard) => shard.tradeDate === tradeDate)!;
    const { contract } = imports.find((one) => one.shards.some(({ sha256 }) => sha256 === found.sha256))!;
    const name = `store:${instrument}/${tradeDate}`;
    const batches = () => readDepthEvents(store, { instrument, tradeDate, feed });
    const header: DepthHeader = {
      kind: 'header',
      v: 1,
      ...{ source: found.feed, synthetic: found.synthetic, instrument, levels: 10, tradeDate },
      ...contract!,
    };
    return { name, header, ...(await firstOf(name, batches())), batches };
  });
  return await Promise.all(streams);
}
