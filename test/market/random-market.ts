import { DepthOperation, Side } from '../../shared/market/events/event-batch.js';
import { SpliceBook } from '../book/splice-book.js';
import type { TestEvent } from './event.js';

/** A small seeded generator (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** 2019-08-29 13:29:55 UTC: five seconds before an RTH open, and before a five-minute bar begins. */
export const RANDOM_START_NS = 1_567_085_395_000_000_000n;

/**
 * A random stream that mostly keeps its book in order: inserts, updates and deletes at the touch and deeper, trades
 * with and without aggressor, quiet seconds, multi-operation exchange events, seldom a crossed moment, a reset or a gap.
 */
export function randomMarket(seed: number, events: number, breaks = true): TestEvent[] {
  const random = randomOf(seed);
  const whole = (below: number) => Math.floor(random() * below);
  const book = new SpliceBook();
  const stream: TestEvent[] = [];
  let tsNs = RANDOM_START_NS;
  let mid = 11_000;
  const depth = (
    operation: number,
    side: number,
    position: number,
    priceTicks: number,
    size: number,
    last: boolean,
  ) => {
    book.apply(operation, side, position, priceTicks, size);
    stream.push({ kind: 'depth', tsNs, operation, side, position, priceTicks, size, last });
  };
  const fill = () => {
    for (let k = 0; k < 10; k++) depth(DepthOperation.insert, Side.bid, k, mid - 1 - k, 1 + whole(50), false);
    for (let k = 0; k < 10; k++) depth(DepthOperation.insert, Side.ask, k, mid + k, 1 + whole(50), k === 9);
  };
  fill();
  while (stream.length < events) {
    tsNs += BigInt(random() < 0.002 ? whole(4e9) : random() < 0.2 ? 0 : whole(8e7));
    const what = random();
    const side = whole(2);
    const held = book.sides[side]!;
    if (what < 0.15) {
      const price = (book.sides[side]![0]?.priceTicks ?? mid) + (random() < 0.1 ? 1 : 0);
      const aggressor = random() < 0.5 ? Side.none : side === Side.ask ? Side.bid : Side.ask;
      stream.push({ kind: 'trade', tsNs, side: aggressor, priceTicks: price, size: 1 + whole(9) });
    } else if (what < 0.75 && held.length > 0) {
      const position = whole(held.length);
      depth(DepthOperation.update, side, position, held[position]!.priceTicks, whole(60), random() < 0.8);
    } else if (what < 0.84 && held.length > 6) {
      depth(DepthOperation.delete, side, random() < 0.5 ? 0 : whole(held.length), 0, 0, random() < 0.9);
    } else if (what < 0.96) {
      const outward = side === Side.ask ? 1 : -1;
      const best = held[0]?.priceTicks ?? mid;
      const other = book.sides[1 - side]![0]?.priceTicks;
      const improved = best - outward;
      const mayImprove = other === undefined || (side === Side.ask ? improved > other : improved < other);
      if (mayImprove || random() < 0.02) depth(DepthOperation.insert, side, 0, improved, 1 + whole(40), true);
      else depth(DepthOperation.insert, side, held.length, (held.at(-1)?.priceTicks ?? mid) + outward, 5, true);
    } else if (what < 0.99) depth(DepthOperation.update, side, 11 + whole(3), mid, 1, true);
    else if (breaks && random() < 0.15) {
      const kind = random() < 0.3 ? 'gap' : 'reset';
      stream.push({ kind, tsNs });
      book.clear();
      mid += whole(5) - 2;
      if (kind === 'gap') stream.push({ kind: 'reset', tsNs });
      fill();
    }
  }
  return stream;
}
