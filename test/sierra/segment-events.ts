import { readFileSync } from 'node:fs';
import { Book } from '../../shared/market/book/book.js';
import { EventKind, Side } from '../../shared/market/events/event-batch.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';

export interface SegmentTrade {
  readonly us: number;
  readonly ticks: number;
  readonly size: number;
  readonly side: number;
}

/** The first levels as [ticks, size], best first: asks, then bids. */
export type Levels = readonly (readonly (readonly [number, number])[])[];

/** What segments say to whoever reads one after the other. */
export interface SegmentEvents {
  readonly trades: SegmentTrade[];
  /** After each whole change of the book. */
  readonly books: { readonly us: number; readonly levels: Levels }[];
  /** The book was void before this one of `books`. */
  readonly resets: number[];
  readonly gaps: number;
  /** The book that a reader has at the end. */
  readonly endLevels: Levels;
}

/** @param batchEvents room for so many is made for each file: few where files are small */
export async function eventsIn(files: readonly string[], batchEvents = 4096): Promise<SegmentEvents> {
  const book = new Book(10);
  const trades: SegmentTrade[] = [];
  const books: { us: number; levels: Levels }[] = [];
  const resets: number[] = [];
  let gaps = 0;
  for (const file of files)
    for await (const batch of (await openDepthFile(file, { batchEvents })).batches())
      for (let i = 0; i < batch.length; i++) {
        const us = Number((batch.baseNs + BigInt(batch.tsRecvNs[i]!)) / 1000n);
        const [kind, side, ticks, size] = [batch.kind[i]!, batch.side[i]!, batch.priceTicks[i]!, batch.size[i]!];
        if (kind === EventKind.trade) trades.push({ us, ticks, size, side });
        else if (kind === EventKind.gap) gaps++;
        else if (kind === EventKind.reset) {
          book.clear();
          resets.push(books.length);
        } else {
          book.apply(batch.operation[i]!, side, batch.position[i]!, ticks, size);
          if (batch.last[i] === 1) books.push({ us, levels: levelsOf(book) });
        }
      }
  if (book.counters.outOfRange + book.counters.appendedUpdates > 0)
    throw new RangeError('an operation names no level of the book');
  return { trades, books, resets, gaps, endLevels: levelsOf(book) };
}

export function levelsOf({ count, levels, priceTicks, size }: Book): Levels {
  return [Side.ask, Side.bid].map((side) =>
    Array.from({ length: count[side]! }, (_, i): [number, number] => [
      priceTicks[side * levels + i]!,
      size[side * levels + i]!,
    ]),
  );
}

/** Why lines say that something is missing, in their order. */
export function gapReasonsIn(files: readonly string[]): string[] {
  return files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('{"kind":"gap"'))
      .map((line) => JSON.parse(line).reason as string),
  );
}
