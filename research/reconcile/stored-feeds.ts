import { Failure } from '../../shared/failure.js';
import type { MarketStore } from '../store/market-store.js';
import { readDepthEvents } from '../store/read-depth.js';
import { findShards } from '../store/shard-query.js';
import type { Feed } from './feed.js';

/** Feeds that are reconciled unless others are named. The times of a report are by the first one's clock: the one that trades. */
export const RECONCILED_FEEDS = ['ib', 'sierra'] as const;

export interface StoredDay {
  readonly instrument: string;
  readonly tradeDate: string;
  readonly feeds: readonly [string, string];
}

export interface StoredFeeds {
  readonly tickSize: number;
  readonly first: Feed;
  readonly second: Feed;
}

/**
 * Two feeds of a trade date as the store has them; one that it has not is empty.
 * @throws NoSuchDepth where it has neither, WrongTick where their ticks differ
 */
export function storedFeeds(store: MarketStore, { instrument, tradeDate, feeds }: StoredDay): StoredFeeds {
  const imports = store.catalogue.imports().filter(({ contract }) => contract !== null);
  const found = findShards(imports, { dataset: 'mbp10', instrument, from: tradeDate, to: tradeDate });
  const of = (name: string): { readonly tickSize: number | undefined; readonly feed: Feed } => {
    const shard = found.find(({ feed }) => feed === name);
    const record = imports.find(({ shards }) => shards.some(({ sha256 }) => sha256 === shard?.sha256));
    const batches = () => (shard ? readDepthEvents(store, { instrument, tradeDate, feed: name }) : nothing());
    return { tickSize: record?.contract?.tickSize, feed: { name, synthetic: shard?.synthetic ?? false, batches } };
  };
  const [first, second] = [of(feeds[0]), of(feeds[1])];
  const tickSize = first.tickSize ?? second.tickSize;
  if (tickSize === undefined)
    throw new Failure(
      'NoSuchDepth',
      `the store has no depth of ${instrument} on ${tradeDate} from ${feeds.join(' or ')}${others(found, feeds)}`,
      'name other feeds, or see `believe store ls`',
    );
  requireOneTick(feeds, [first.tickSize, second.tickSize]);
  return { tickSize, first: first.feed, second: second.feed };
}

/** @throws WrongTick */
export function requireOneTick(names: readonly [string, string], ticks: readonly (number | undefined)[]): void {
  if (ticks[0] === undefined || ticks[1] === undefined || ticks[0] === ticks[1]) return;
  throw new Failure(
    'WrongTick',
    `${names[0]} counts in ticks of ${ticks[0]}, ${names[1]} in ticks of ${ticks[1]}`,
    'reconcile two captures of one contract',
  );
}

function others(found: readonly { readonly feed: string }[], feeds: readonly string[]): string {
  const names = [...new Set(found.map(({ feed }) => feed))].filter((name) => !feeds.includes(name));
  return names.length === 0 ? '' : `; it has ${names.join(' and ')}`;
}

async function* nothing(): AsyncGenerator<never> {}
