import type { Bar } from '../../shared/market/events/bar.js';
import type { Shard } from './catalogue.js';
import { hasValue } from './column-chunk.js';
import type { MarketStore } from './market-store.js';
import { readColumns } from './read-columns.js';

const COLUMNS = ['ts_event', 'open', 'high', 'low', 'close', 'volume'];

/** The bars of these shards in the order of the shards; a volume that the source did not have is NaN. */
export async function readBarShards(store: MarketStore, shards: readonly Pick<Shard, 'sha256'>[]): Promise<Bar[]> {
  const bars: Bar[] = [];
  const names = shards.map(({ sha256 }) => sha256);
  await store.objects.obtain(names);
  const files = names.map((sha256) => store.objects.locate(sha256));
  for await (const { rows, values, valid } of readColumns(files, 'bars', COLUMNS)) {
    const [times] = values as [BigInt64Array];
    const [open, high, low, close, volume] = values.slice(1) as Float64Array[];
    for (let i = 0; i < rows; i++)
      bars.push({
        openMs: Number(times[i]! / 1_000_000n),
        ...{ open: open![i]!, high: high![i]!, low: low![i]!, close: close![i]! },
        volume: hasValue(valid[5]!, i) ? volume![i]! : Number.NaN,
      });
  }
  return bars;
}
