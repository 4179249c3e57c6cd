import type { Partition } from '../../research/store/shard-query.js';

/** Partitions for people, one a line; runs of trade dates of one dataset, instrument and feed are put together. */
export function partitionLines(partitions: readonly Partition[]): string {
  const groups = Map.groupBy(partitions, ({ dataset, instrument, feed, synthetic }) => {
    return `${dataset.padEnd(12)} ${instrument.padEnd(10)} ${feed.padEnd(16)}${synthetic ? ' SYNTHETIC' : ''}`;
  });
  return [...groups].map(([key, group]) => `  ${key} ${spanOf(group)}`).join('\n');
}

function spanOf(group: readonly Partition[]): string {
  const dates = group.length === 1 ? '' : ` .. ${group.at(-1)!.tradeDate} (${group.length} trade dates)`;
  const rows = group.reduce((sum, partition) => sum + partition.rows, 0);
  const bytes = group.flatMap(({ shards }) => shards).reduce((sum, shard) => sum + shard.bytes, 0);
  return `${group[0]!.tradeDate}${dates}  ${rows} rows  ${megabytes(bytes)}`;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 0)} MB`;
}
