import { Failure } from '../../shared/failure.js';
import { createEventBatch, type EventBatch, EventKind } from '../../shared/market/events/event-batch.js';
import { TickScale } from '../../shared/market/events/tick-scale.js';
import type { Shard } from './catalogue.js';
import type { ColumnChunk } from './column-chunk.js';
import { Action, Flag } from './datasets.js';
import type { MarketStore } from './market-store.js';
import { readColumns } from './read-columns.js';
import { findFirstCaptures } from './shard-query.js';

/** IB's operation by the code of the action: add, cancel, modify. */
const OPERATION_OF_ACTION = [0, 2, 1] as const;
const DAY_NS = 86_400_000_000_000n;

/** Whose depth on which day; `feed` where there is more than one. */
export interface DepthQuery {
  readonly instrument: string;
  readonly tradeDate: string;
  readonly feed?: string | undefined;
}

/**
 * The events of a position-addressed feed, as they were imported: reading a file and reading it back from the store
 * give the same batches, but for the seq of a gap that stands for a broken line. The batch is reused.
 * @throws Failure where there is none, or more than one feed
 */
export async function* readDepthEvents(store: MarketStore, query: DepthQuery): AsyncGenerator<EventBatch> {
  const { shards, tickSize } = depthShards(store, query);
  yield* readDepthShards(store, shards, tickSize);
}

/** The events of these shards of one instrument, one shard after the other. The batch is reused. */
export async function* readDepthShards(
  store: MarketStore,
  shards: readonly Pick<Shard, 'instrument' | 'firstNs' | 'sha256'>[],
  tickSize: number,
): AsyncGenerator<EventBatch> {
  const [{ instrument, firstNs }] = shards as [Shard];
  const baseNs = BigInt(firstNs) - (BigInt(firstNs) % DAY_NS);
  const batch = createEventBatch(instrument, tickSize, baseNs, BATCH_ROWS);
  batch.tsEventNs.fill(Number.NaN);
  const scale = new TickScale(tickSize);
  const names = shards.map(({ sha256 }) => sha256);
  await store.objects.obtain(names);
  const files = names.map((sha256) => store.objects.locate(sha256));
  for await (const chunk of readColumns(files, 'mbp10', COLUMNS))
    for (let row = 0; row < chunk.rows; row += BATCH_ROWS) {
      fill(batch, chunk, row, scale);
      yield batch;
    }
}

/** Small enough for a batch to stay in the processor's cache. */
const BATCH_ROWS = 2048;
const COLUMNS = ['ts_recv', 'sequence', 'price', 'size', 'depth', 'flags', 'action', 'side'];

function depthShards(store: MarketStore, query: DepthQuery) {
  const { instrument, tradeDate, feed } = query;
  const imports = store.catalogue.imports().filter(({ contract }) => contract !== null);
  const shards = findFirstCaptures(imports, { dataset: 'mbp10', instrument, from: tradeDate, to: tradeDate, feed });
  const feeds = [...new Set(shards.map((shard) => shard.feed))];
  if (feeds.length !== 1)
    throw new Failure(
      'NoSuchDepth',
      feeds.length === 0
        ? `the store has no position-addressed depth of ${instrument} on ${tradeDate}`
        : `the store has depth of ${instrument} on ${tradeDate} from ${feeds.join(' and ')}`,
      feeds.length === 0 ? 'see `believe store ls`' : 'name the feed',
    );
  const record = imports.find((one) => one.shards.some(({ sha256 }) => sha256 === shards[0]!.sha256));
  return { shards, tickSize: record!.contract!.tickSize };
}

/** Takes over the rows from `start` on, as many as there is room for. */
function fill(batch: EventBatch, { rows, values }: ColumnChunk, start: number, scale: TickScale): void {
  const [tsRecv, sequence] = values as [BigInt64Array, BigInt64Array];
  const [price, size, depth, flags, action, side] = values.slice(2) as (Float64Array | Int32Array | Uint8Array)[];
  batch.length = Math.min(rows - start, BATCH_ROWS);
  differences(tsRecv, batch.baseNs, start, batch.tsRecvNs, batch.length);
  differences(sequence, 0n, start, batch.seq, batch.length);
  for (let i = 0, row = start; i < batch.length; i++, row++) {
    const code = action![row]!;
    const kind = kindOf(code);
    const hasPrice = kind === EventKind.depth || kind === EventKind.trade;
    batch.kind[i] = kind;
    batch.operation[i] = code <= Action.modify ? OPERATION_OF_ACTION[code as 0 | 1 | 2] : 0;
    batch.side[i] = side![row]!;
    batch.position[i] = depth![row]!;
    batch.priceTicks[i] = hasPrice ? Math.round((price![row]! * 10 ** scale.decimals) / scale.numerator) : 0;
    batch.size[i] = size![row]!;
    batch.last[i] = (flags![row]! & Flag.last) !== 0 ? 1 : 0;
  }
}

/** Minuend less `base` as numbers, by words: exact where the result is, and no bigint is made for a row. */
function differences(minuend: BigInt64Array, base: bigint, start: number, out: Float64Array, count: number): void {
  const words = new Int32Array(minuend.buffer, minuend.byteOffset, 2 * minuend.length);
  const [baseLow, baseHigh] = [Number(BigInt.asUintN(32, base)), Number(base >> 32n)];
  for (let i = 0, at = 2 * start; i < count; i++, at += 2)
    out[i] = (words[at + 1]! - baseHigh) * 2 ** 32 + ((words[at]! >>> 0) - baseLow);
}

function kindOf(action: number): EventKind {
  if (action <= Action.modify) return EventKind.depth;
  if (action === Action.trade) return EventKind.trade;
  return action === Action.clear ? EventKind.reset : EventKind.gap;
}
