import { Book } from '../../shared/market/book/book.js';
import { EventKind } from '../../shared/market/events/event-batch.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';

/** What segments say, as numbers that differ where one event differs: every trade, and every state of the ten levels. */
export interface EventDigest {
  readonly trades: number;
  readonly books: number;
  readonly digest: string;
}

/** A book that is told anew, as it was, counts once. */
export async function digestOf(files: readonly string[]): Promise<EventDigest> {
  const book = new Book(10);
  const [ofTrades, ofBooks] = [new Mix(), new Mix()];
  let [trades, books, before] = [0, 0, 0];
  for (const file of files)
    for await (const batch of (await openDepthFile(file)).batches())
      for (let i = 0; i < batch.length; i++) {
        const [kind, us] = [batch.kind[i]!, Number(batch.baseNs / 1000n) + batch.tsRecvNs[i]! / 1000];
        const [side, ticks, size] = [batch.side[i]!, batch.priceTicks[i]!, batch.size[i]!];
        if (kind === EventKind.trade) {
          trades++;
          for (const part of [us % 2 ** 31, Math.floor(us / 2 ** 31), ticks, size, side]) ofTrades.add(part);
        } else if (kind === EventKind.reset) book.clear();
        else if (kind === EventKind.depth) book.apply(batch.operation[i]!, side, batch.position[i]!, ticks, size);
        if (kind !== EventKind.depth || batch.last[i] === 0) continue;
        const now = stateOf(book);
        if (now === before) continue;
        before = now;
        books++;
        for (const part of [us % 2 ** 31, Math.floor(us / 2 ** 31), now]) ofBooks.add(part);
      }
  return { trades, books, digest: `${ofTrades.text()}-${ofBooks.text()}` };
}

function stateOf({ count, levels, priceTicks, size }: Book): number {
  const mix = new Mix();
  for (let side = 0; side < 2; side++)
    for (let at = side * levels; at < side * levels + count[side]!; at++) {
      mix.add(priceTicks[at]!);
      mix.add(size[at]! + side);
    }
  return mix.value();
}

/** Two sums that depend on the order. */
class Mix {
  private a = 0x9e3779b9 | 0;
  private b = 0x85ebca6b | 0;

  add(part: number): void {
    this.a = Math.imul(this.a ^ part, 0x01000193);
    this.b = Math.imul(this.b + (part | 0), 0x27d4eb2f) ^ (this.b >>> 15);
  }

  value(): number {
    return (this.a >>> 0) * 2 ** 20 + ((this.b >>> 0) & 0xfffff);
  }

  text(): string {
    return `${(this.a >>> 0).toString(16)}.${(this.b >>> 0).toString(16)}`;
  }
}
