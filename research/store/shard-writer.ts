import type { Shard } from './catalogue.js';
import type { ColumnBlock } from './column-block.js';
import type { ObjectStore } from './object-store.js';
import { LANES, type ParquetWriter } from './parquet-writer.js';
import { type FullBlock, type RowKind, RowSink } from './row-sink.js';

/** Full blocks that may wait while others are written: the reader stops there, so that memory is bounded. */
const WAITING_MAX = 1;
/** Memory of all blocks being filled: beyond it the largest are written early. */
const FILLING_BYTES_MAX = 256 * 2 ** 20;
/** Drafts that may wait to become objects. */
const PUTTING_MAX = 8;
/** Blocks kept for use again. */
const SPARE_MAX = LANES + WAITING_MAX + 1;

/** What is written into every object. */
export interface ShardOrigin {
  readonly feed: string;
  readonly synthetic: boolean;
  /** Where the feed says so: what prices of position-addressed events are multiples of, and what a point is worth. */
  readonly contract?: { readonly tickSize: number; readonly multiplier: number };
}

/**
 * Writes what the sinks of one import hand on as objects, in order, while the reader goes on. Read with
 * `await settle()` between small portions of rows, and `await finish()` at the end.
 */
export class ShardWriter {
  private readonly sinks = new Map<string, RowSink>();
  private readonly spare: ColumnBlock[] = [];
  private readonly waiting: FullBlock[] = [];
  /** In the order in which their blocks were full, whichever was written first. */
  private readonly shards: Shard[] = [];
  private started = 0;
  private readonly writing = new Set<Promise<void>>();
  private readonly putting = new Set<Promise<void>>();
  /** One object at a time goes to the disk: the threads that wait for it are those that also read and write. */
  private lastPut: Promise<void> = Promise.resolve();
  private failure: unknown = null;
  private rowsWritten = 0;

  constructor(
    private readonly objects: ObjectStore,
    private readonly parquet: ParquetWriter,
    private readonly origin: ShardOrigin,
  ) {}

  /** Rows that were taken so far. */
  get rows(): number {
    const held = [...this.sinks.values(), ...this.waiting].reduce((sum, { block }) => sum + block.rows, 0);
    return this.rowsWritten + held;
  }

  /** The sink for rows of a kind; always the same for the same dataset and instrument. */
  sink(kind: RowKind): RowSink {
    const key = `${kind.dataset} ${kind.instrument}`;
    const sink = this.sinks.get(key) ?? new RowSink(kind, (full) => this.waiting.push(full), this.spare);
    this.sinks.set(key, sink);
    return sink;
  }

  /** Lets the disk catch up. @throws what went wrong in writing */
  async settle(): Promise<void> {
    this.flushLargest();
    this.start();
    while (this.waiting.length > WAITING_MAX && this.failure === null)
      await Promise.race([...this.writing, ...this.putting]);
    if (this.failure !== null) throw this.failure;
  }

  /** Writes everything. @returns the objects in the order in which they were written */
  async finish(): Promise<Shard[]> {
    for (const sink of this.sinks.values()) sink.flush();
    this.start();
    await this.stop();
    if (this.failure !== null) throw this.failure;
    return this.shards;
  }

  /** Waits for what is being written, whether it goes well or not, and writes no more. */
  async abandon(): Promise<void> {
    this.waiting.length = 0;
    await this.stop();
  }

  private async stop(): Promise<void> {
    while (this.writing.size + this.putting.size > 0) await Promise.race([...this.writing, ...this.putting]);
  }

  private start(): void {
    while (this.waiting.length > 0 && this.writing.size < LANES && this.putting.size < PUTTING_MAX)
      this.track(this.writing, this.write(this.waiting.shift()!, this.started++));
  }

  private track(set: Set<Promise<void>>, work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => {
        this.failure ??= error;
        this.waiting.length = 0;
      })
      .then(() => {
        set.delete(tracked);
        this.start();
      });
    set.add(tracked);
  }

  /** Writes a block to a draft; the disk then takes its time while the next block is written. */
  private async write({ kind, tradeDate, block }: FullBlock, index: number): Promise<void> {
    const { dataset, instrument } = kind;
    const { feed, synthetic, contract } = this.origin;
    const file = await this.objects.draft();
    await this.parquet.write(block, {
      file,
      constants: { symbol: instrument },
      metadata: {
        dataset,
        instrument,
        trade_date: tradeDate,
        feed,
        synthetic: String(synthetic),
        ...(contract && { tick_size: String(contract.tickSize), multiplier: String(contract.multiplier) }),
      },
    });
    const { rows } = block;
    const [firstNs, lastNs] = [String(timeOf(block, 0)), String(timeOf(block, rows - 1))];
    this.lastPut = this.put(this.lastPut, file, index, { dataset, instrument, tradeDate, rows, firstNs, lastNs });
    this.track(this.putting, this.lastPut);
    this.rowsWritten += rows;
    block.clear();
    if (this.spare.length < SPARE_MAX) this.spare.push(block);
  }

  private async put(
    after: Promise<void>,
    file: string,
    index: number,
    shard: Omit<Shard, 'sha256' | 'bytes'>,
  ): Promise<void> {
    await after;
    const name = await this.objects.put(file);
    this.shards[index] = { ...shard, ...name };
    this.track(this.putting, this.objects.publish(name.sha256));
  }

  private flushLargest(): void {
    const sinks = [...this.sinks.values()];
    let total = sinks.reduce((sum, { block }) => sum + block.sizeBytes, 0);
    if (total <= FILLING_BYTES_MAX) return;
    for (const sink of sinks.sort((a, b) => b.block.sizeBytes - a.block.sizeBytes)) {
      if (total <= FILLING_BYTES_MAX / 2) return;
      total -= sink.block.sizeBytes;
      sink.flush();
    }
  }
}

/** Receive time where the row has one, else the exchange's. */
function timeOf(block: ColumnBlock, row: number): bigint {
  return block.int64At('ts_recv', row) ?? block.int64At('ts_event', row) ?? 0n;
}
