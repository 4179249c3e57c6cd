import { DuckDBInstance } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import { createEventBatch, type EventBatch, EventKind } from '../../shared/events/event-batch.js';
import { TickScale } from '../../shared/events/tick-scale.js';
import { Failure } from '../../shared/failure.js';
import { Action, Flag } from './datasets.js';
import { quoted } from './duckdb-text.js';
import type { MarketStore } from './market-store.js';
import { findShards } from './shard-query.js';

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
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  try {
    const connection = await instance.connect();
    const baseNs = BigInt(shards[0]!.firstNs) - (BigInt(shards[0]!.firstNs) % DAY_NS);
    const batch = createEventBatch(query.instrument, tickSize, baseNs, duckdb.vector_size());
    batch.tsEventNs.fill(Number.NaN);
    const scale = new TickScale(tickSize);
    for (const { sha256 } of shards) {
      const result = await connection.stream(`${SELECT} FROM read_parquet(${quoted(store.objects.locate(sha256))})`);
      for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
        fill(batch, chunk.chunk, chunk.rowCount, scale);
        yield batch;
      }
    }
  } finally {
    instance.closeSync();
  }
}

/** Letters as their codes; a NULL price (reset, gap) as 0. */
const SELECT = `SELECT ts_recv, sequence, coalesce(price, 0) AS price, size, depth, flags,
  CAST(strpos('ACMRTFN', action::VARCHAR) - 1 AS INTEGER) AS action, CAST(strpos('ABN', side::VARCHAR) - 1 AS INTEGER) AS side`;

function depthShards(store: MarketStore, query: DepthQuery) {
  const { instrument, tradeDate, feed } = query;
  const imports = store.catalogue.imports().filter(({ contract }) => contract !== null);
  const shards = findShards(imports, { dataset: 'mbp10', instrument, from: tradeDate, to: tradeDate, feed });
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

function fill(batch: EventBatch, chunk: duckdb.DataChunk, rows: number, scale: TickScale): void {
  const column = <T>(
    index: number,
    Values: new (buffer: ArrayBuffer, at: number, length: number) => T,
    width: number,
  ): T => {
    const bytes = duckdb.vector_get_data(duckdb.data_chunk_get_vector(chunk, index), rows * width);
    return new Values(bytes.buffer as ArrayBuffer, bytes.byteOffset, rows);
  };
  const tsRecv = column(0, BigInt64Array, 8);
  const sequence = column(1, BigInt64Array, 8);
  const price = column(2, Float64Array, 8);
  const [size, depth, flags, action, side] = [3, 4, 5, 6, 7].map((index) =>
    column(index, Int32Array, 4),
  ) as Int32Array[];
  for (let i = 0; i < rows; i++) {
    const code = action![i]!;
    batch.tsRecvNs[i] = Number(tsRecv[i]! - batch.baseNs);
    batch.seq[i] = Number(sequence[i]!);
    batch.kind[i] = kindOf(code);
    batch.operation[i] = code <= Action.modify ? OPERATION_OF_ACTION[code as 0 | 1 | 2] : 0;
    batch.side[i] = side![i]!;
    batch.position[i] = depth![i]!;
    batch.priceTicks[i] = Math.round((price[i]! * 10 ** scale.decimals) / scale.numerator);
    batch.size[i] = size![i]!;
    batch.last[i] = (flags![i]! & Flag.last) !== 0 ? 1 : 0;
  }
  batch.length = rows;
}

function kindOf(action: number): EventKind {
  if (action <= Action.modify) return EventKind.depth;
  if (action === Action.trade) return EventKind.trade;
  return action === Action.clear ? EventKind.reset : EventKind.gap;
}
