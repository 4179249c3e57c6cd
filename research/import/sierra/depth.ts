import { z } from 'zod';
import { PriceBook } from '../../../shared/market/book/price-book.js';
import { Side } from '../../../shared/market/events/event-batch.js';
import {
  changesLevel,
  DepthCommand,
  type DepthRecord,
  depthFault,
  emptyDepthRecord,
  readDepthRecord,
  removesLevel,
  sideOfCommand,
} from '../../../shared/market/sierra/depth-record.js';
import { DEPTH, decimalOfFloat32, unixUsAt } from '../../../shared/market/sierra/sierra-file.js';
import { Action, BOOK_LEVELS, Flag } from '../../store/datasets.js';
import { storeInt64 } from '../../store/int64-words.js';
import type { RowSink } from '../../store/row-sink.js';
import { BookColumns } from '../book-columns.js';
import type { ImportFile, ImportOutput } from '../format.js';
import { instrumentOf } from '../instrument-name.js';
import { NANOS_PER_POINT, storeBook } from '../price-book-rows.js';
import { type SierraReader, sierraFormat } from './sierra-file.js';

/** Actions of the commands 2 to 7; even ones are about bids. */
const ACTIONS = [Action.add, Action.add, Action.modify, Action.modify, Action.cancel, Action.cancel];

const level = z.tuple([z.number(), z.number(), z.number()]);
/** Where a read ended: levels as [price, size, orders], best first, asks then bids. */
const depthState = z.strictObject({
  levels: z.tuple([z.array(level), z.array(level)]),
  inSnapshot: z.boolean(),
  isEventOpen: z.boolean(),
});

/** Sierra Chart's market depth file: a price-addressed book, a full snapshot from time to time. */
export const sierraDepth = sierraFormat({
  name: 'sierra-depth',
  summary: 'Sierra Chart .depth: price-addressed market depth; may still be growing',
  layout: DEPTH,
  open: (file, out) => new DepthReader(file, out),
});

/** 2^53 units of 1e-9 are nine million. */
const POINTS_MAX = 1e6;

/** By the least that multiplication may be off. */
function isWholeUnits(points: number, units: number): boolean {
  return Math.abs(units / NANOS_PER_POINT - points) <= Math.abs(points) * 2 ** -50;
}

class DepthReader implements SierraReader {
  private readonly book = new PriceBook();
  private readonly sink: RowSink;
  private readonly columns: BookColumns;
  private readonly scale: number;
  private readonly record = emptyDepthRecord();
  /** Between CLEAR and the end of its batch: only then is the book whole again. */
  private inSnapshot = false;
  /** Rows of a batch were stored, but not its end. */
  private isEventOpen = false;

  constructor(
    file: ImportFile,
    private readonly out: ImportOutput,
  ) {
    this.scale = file.hints.priceScale ?? 1;
    this.sink = out.sink({ dataset: 'mbp10', instrument: instrumentOf(file.path, file.hints), dayRule: 'cme' });
    const fields = { tsRecv: false, tsEvent: true, sequence: false, counts: true, ids: false, levels: BOOK_LEVELS };
    this.columns = new BookColumns(this.sink, fields);
    if (file.resume) this.restore(depthState.parse(file.resume.state));
  }

  take(bytes: Buffer, at: number, offset: number): void {
    const { record } = this;
    const us = unixUsAt(bytes, at);
    readDepthRecord(bytes, at, record);
    const { command, isLast, size } = record;
    const points = decimalOfFloat32(record.price) * this.scale;
    const price = Math.round(points * NANOS_PER_POINT);
    const fault = this.sink.isDatable(us / 1000)
      ? this.faultOf(points, price)
      : 'its time is outside the trading calendar';
    if (fault !== null) {
      this.out.reject(`byte ${offset}`, fault, bytes.toString('hex', at, at + DEPTH.recordBytes));
      return;
    }
    this.out.count('records');
    if (command === DepthCommand.none) return;
    this.out.count('depth');
    const side = sideOfCommand(record);
    const position = this.apply(side, price, record);
    if ((position >= 0 && position < BOOK_LEVELS) || (isLast && this.isEventOpen)) {
      const row = this.storeEvent(us, command, side, Math.max(0, position));
      this.columns.size[row] = size;
      this.columns.flags[row] = (isLast ? Flag.last : 0) | (this.inSnapshot ? Flag.snapshot : 0);
      if (command === DepthCommand.clear) this.columns.setPriceNull(row);
      else this.columns.price[row] = price / NANOS_PER_POINT;
      storeBook(this.columns, this.book, row, true);
      this.isEventOpen = !isLast;
    }
    if (isLast) this.inSnapshot = false;
  }

  state(): z.infer<typeof depthState> {
    const levelsOf = (side: Side) =>
      Array.from({ length: this.book.count[side]! }, (_, i): [number, number, number] => [
        this.book.prices(side)[i]!,
        this.book.sizes(side)[i]!,
        this.book.orders(side)[i]!,
      ]);
    const { inSnapshot, isEventOpen } = this;
    return { levels: [levelsOf(Side.ask), levelsOf(Side.bid)], inSnapshot, isEventOpen };
  }

  private restore({ levels, inSnapshot, isEventOpen }: z.infer<typeof depthState>): void {
    for (const side of [Side.ask, Side.bid])
      for (const [price, size, orders] of levels[side]) this.book.setLevel(side, price, size, orders);
    this.inSnapshot = inSnapshot;
    this.isEventOpen = isEventOpen;
  }

  private faultOf(points: number, price: number): string | null {
    const fault = depthFault(this.record);
    if (fault !== null || !changesLevel(this.record)) return fault;
    if (!(Math.abs(points) < POINTS_MAX)) return `its price is ${points}`;
    return isWholeUnits(points, price) ? null : `its price is ${points}: more than nine decimals`;
  }

  /** @returns the position that changed; -1 where none did */
  private apply(side: Side, price: number, record: DepthRecord): number {
    if (record.command === DepthCommand.clear) {
      this.book.clear();
      this.inSnapshot = true;
      this.out.count('snapshots');
      return 0;
    }
    return this.book.setLevel(side, price, removesLevel(record) ? 0 : record.size, record.orders);
  }

  private storeEvent(us: number, command: number, side: Side, position: number): number {
    const { columns } = this;
    const row = columns.next(Math.floor(us / 1000));
    storeInt64(columns.tsEvent, row, BigInt(us) * 1000n);
    columns.action[row] = command === DepthCommand.clear ? Action.clear : ACTIONS[command - 2]!;
    columns.side[row] = command === DepthCommand.clear ? Side.none : side;
    columns.depth[row] = position;
    return row;
  }
}
