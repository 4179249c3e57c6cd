import { isSecondFeed } from '../../shared/contract/capture-source.js';
import type { ImportRecord, Shard } from './catalogue.js';
import { DATASETS, type DatasetName } from './datasets.js';

/** Which shards are meant; what is left out means all. */
export interface ShardQuery {
  readonly dataset?: DatasetName | undefined;
  readonly instrument?: string | undefined;
  /** First and last exchange trade date, both included. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly feed?: string | undefined;
}

/** A shard and the feed that it came from. */
export interface FoundShard extends Shard {
  readonly feed: string;
  readonly synthetic: boolean;
}

/**
 * The shards asked for, always in the same order: by dataset, instrument, trade date and feed, and there as the rows
 * followed each other. Rows that two imports brought are there once.
 */
export function findShards(imports: readonly ImportRecord[], query: ShardQuery): FoundShard[] {
  const found = imports.flatMap(({ feed, synthetic, shards, source: { fromByte } }) =>
    shards
      .map((shard, index): Candidate => ({ shard: { ...shard, feed, synthetic }, fromByte, index }))
      .filter(({ shard }) => matches(shard, feed, query)),
  );
  const once = new Map(found.map((one) => [`${one.shard.feed} ${one.shard.sha256}`, one]));
  return [...once.values()].sort(inOrder).map(({ shard }) => shard);
}

/** A shard, and where it came in its file. */
interface Candidate {
  readonly shard: FoundShard;
  readonly fromByte: number;
  readonly index: number;
}

function matches(shard: Shard, feed: string, query: ShardQuery): boolean {
  return (
    (query.dataset === undefined || shard.dataset === query.dataset) &&
    (query.instrument === undefined || shard.instrument === query.instrument) &&
    (query.from === undefined || shard.tradeDate >= query.from) &&
    (query.to === undefined || shard.tradeDate <= query.to) &&
    (query.feed === undefined || feed === query.feed)
  );
}

function inOrder(one: Candidate, other: Candidate): number {
  const [a, b] = [one.shard, other.shard];
  return (
    DATASETS.indexOf(a.dataset) - DATASETS.indexOf(b.dataset) ||
    compare(a.instrument, b.instrument) ||
    compare(a.tradeDate, b.tradeDate) ||
    compare(a.feed, b.feed) ||
    compare(BigInt(a.firstNs), BigInt(b.firstNs)) ||
    one.fromByte - other.fromByte ||
    one.index - other.index ||
    compare(a.sha256, b.sha256)
  );
}

function compare<T extends string | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * The shards asked for; where no feed is named, and there are second captures of a date beside the bridge's, without
 * those.
 */
export function findFirstCaptures(imports: readonly ImportRecord[], query: ShardQuery): FoundShard[] {
  const shards = findShards(imports, query);
  if (query.feed !== undefined) return shards;
  const first = new Set(shards.filter(({ feed }) => !isSecondFeed(feed)).map(({ tradeDate }) => tradeDate));
  return shards.filter(({ feed, tradeDate }) => !isSecondFeed(feed) || !first.has(tradeDate));
}

/** The shards of one dataset, instrument, trade date and feed. */
export interface Partition {
  readonly dataset: DatasetName;
  readonly instrument: string;
  readonly tradeDate: string;
  readonly feed: string;
  readonly synthetic: boolean;
  readonly rows: number;
  readonly shards: readonly { readonly sha256: string; readonly bytes: number }[];
}

/** Shards in the order of `findShards`, put together by partition. */
export function partitionsOf(shards: readonly FoundShard[]): Partition[] {
  const groups = new Map<string, FoundShard[]>();
  for (const shard of shards) {
    const key = JSON.stringify([shard.dataset, shard.instrument, shard.tradeDate, shard.feed]);
    const group = groups.get(key);
    if (group) group.push(shard);
    else groups.set(key, [shard]);
  }
  return [...groups.values()].map((group) => {
    const { dataset, instrument, tradeDate, feed, synthetic } = group[0]!;
    const rows = group.reduce((sum, shard) => sum + shard.rows, 0);
    const names = group.map(({ sha256, bytes }) => ({ sha256, bytes }));
    return { dataset, instrument, tradeDate, feed, synthetic, rows, shards: names };
  });
}
