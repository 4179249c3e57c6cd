import { Book } from '../../shared/market/book/book.js';
import type { CapturedLine } from './captured.js';

/** What lines tell a reader: each trade, and the book after each change, in order. */
export function toldBy(lines: readonly CapturedLine[]): string[] {
  const book = new Book();
  const told: string[] = [];
  let shown = textOf(book);
  for (const line of lines) {
    if (line.kind === 'trade') told.push(`trade ${line.price} ${line.size} ${line.aggressor}`);
    if (line.kind === 'reset') book.clear();
    if (line.kind !== 'depth') continue;
    book.apply(line.op, line.side, line.position, line.price * 4, line.size);
    if (!line.last) continue;
    const now = textOf(book);
    // An operation that changes nothing tells nothing.
    if (now !== shown) told.push(now);
    shown = now;
  }
  if (book.counters.outOfRange > 0 || book.counters.appendedUpdates > 0) throw new Error('operations outside the book');
  return told;
}

function textOf({ count, priceTicks, size, levels }: Book): string {
  const sides = [0, 1].map((side) =>
    Array.from({ length: count[side]! }, (_, i) => `${priceTicks[side * levels + i]}x${size[side * levels + i]}`),
  );
  return `book ${sides.map((side) => side.join(' ')).join(' | ')}`;
}
