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

/** As those who read depth files read them. */
export async function eventsIn(files: readonly string[]): Promise<SegmentEvents> {
  const account = new Account();
  for (const file of files)
    for await (const batch of (await openDepthFile(file)).batches())
      for (let i = 0; i < batch.length; i++) {
        const us = Number((batch.baseNs + BigInt(batch.tsRecvNs[i]!)) / 1000n);
        const [kind, side, ticks, size] = [batch.kind[i]!, batch.side[i]!, batch.priceTicks[i]!, batch.size[i]!];
        if (kind === EventKind.trade) account.trades.push({ us, ticks, size, side });
        else if (kind === EventKind.gap) account.gaps++;
        else if (kind === EventKind.reset) account.reset();
        else account.depth(us, [batch.operation[i]!, side, batch.position[i]!, ticks, size], batch.last[i] === 1);
      }
  return account.end();
}

/** The same, line by line: for small files by the thousand. */
export function eventsOfLines(files: readonly string[], tickSize: number): SegmentEvents {
  const account = new Account();
  for (const line of files.flatMap((file) => readFileSync(file, 'utf8').split('\n').slice(1, -1))) {
    const { kind, ts, op, side, position, price, size, aggressor, last } = JSON.parse(line);
    const [us, ticks] = [Number(BigInt(ts) / 1000n), price / tickSize];
    if (kind === 'trade') account.trades.push({ us, ticks, size, side: AGGRESSORS.indexOf(aggressor) });
    else if (kind === 'gap') account.gaps++;
    else if (kind === 'reset') account.reset();
    else account.depth(us, [op, side, position, ticks, size], last);
  }
  return account.end();
}

const AGGRESSORS = ['sell', 'buy', null];

class Account {
  readonly trades: SegmentTrade[] = [];
  gaps = 0;
  private readonly book = new Book(10);
  private readonly books: { us: number; levels: Levels }[] = [];
  private readonly resets: number[] = [];

  reset(): void {
    this.book.clear();
    this.resets.push(this.books.length);
  }

  depth(us: number, operation: Parameters<Book['apply']>, isLast: boolean): void {
    this.book.apply(...operation);
    if (isLast) this.books.push({ us, levels: levelsOf(this.book) });
  }

  end(): SegmentEvents {
    const { trades, books, resets, gaps, book } = this;
    if (book.counters.outOfRange + book.counters.appendedUpdates > 0)
      throw new RangeError('an operation names no level of the book');
    return { trades, books, resets, gaps, endLevels: levelsOf(book) };
  }
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

/** Without those that leave the levels as they were: one says them, the other not. */
export function changesOf<T extends { readonly levels: Levels }>(books: readonly T[]): T[] {
  let before = '[[],[]]';
  return books.filter(({ levels }) => {
    const now = JSON.stringify(levels);
    const isChange = now !== before;
    before = now;
    return isChange;
  });
}
