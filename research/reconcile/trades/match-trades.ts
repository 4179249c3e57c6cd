import type { OffsetCurve } from '../clock/offset-curve.js';
import { PriceAligner, type PriceColumns } from './align-price.js';
import { matchLeftOver } from './left-over.js';
import { Found, type Matched, type MatchedTape, type MatchOptions } from './matched.js';
import type { TradeTape } from './trade-tape.js';

/** Trades of the same price side by side, price after price; then what was left over for want of order or of equal sizes. */
export function matchTrades(
  first: TradeTape,
  second: TradeTape,
  curve: OffsetCurve,
  options: MatchOptions,
  signal?: AbortSignal,
): Matched {
  const [a, b] = [matchedTape(first, (ns) => ns), matchedTape(second, (ns) => curve.toFirst(ns))];
  const apartNs = new Float64Array(first.length).fill(Number.NaN);
  const counted = { sided: 0, sameSide: 0 };
  const aligner = new PriceAligner(options);
  const [ofA, ofB] = [byPrice(a), byPrice(b)];
  for (const [price, rowsA] of ofA) {
    signal?.throwIfAborted();
    const rowsB = ofB.get(price);
    if (!rowsB) continue;
    const [columnsA, columnsB] = [columnsOf(a, rowsA), columnsOf(b, rowsB)];
    aligner.align(columnsA, columnsB, (aFrom, aTo, bFrom, bTo) => {
      const how = aTo - aFrom + (bTo - bFrom) > 2 ? Found.group : Found.pair;
      for (let i = aFrom; i < aTo; i++) {
        take(a, rowsA[i]!, how);
        // One against several is as far away as its nearer end.
        apartNs[rowsA[i]!] = nearest(
          second.ns[rowsB[bFrom]!]! - first.ns[rowsA[i]!]!,
          second.ns[rowsB[bTo - 1]!]! - first.ns[rowsA[i]!]!,
          columnsB.ns[bFrom]! - columnsA.ns[i]!,
          columnsB.ns[bTo - 1]! - columnsA.ns[i]!,
        );
      }
      for (let j = bFrom; j < bTo; j++) take(b, rowsB[j]!, how);
      countSides(counted, first.side[rowsA[aTo - 1]!]!, second.side[rowsB[bTo - 1]!]!);
    });
    matchLeftOver(a, rowsA, b, rowsB, options);
  }
  return { first: a, second: b, apartNs, ...counted };
}

/** Of two uncorrected distances the one whose corrected distance is less. */
function nearest(one: number, other: number, correctedOne: number, correctedOther: number): number {
  return Math.abs(correctedOne) <= Math.abs(correctedOther) ? one : other;
}

function countSides(counted: { sided: number; sameSide: number }, one: number, other: number): void {
  if (one > 1 || other > 1) return;
  counted.sided++;
  if (one === other) counted.sameSide++;
}

function take(side: MatchedTape, row: number, how: number): void {
  side.found[row] = how;
  side.matched[row] = side.tape.size[row]!;
}

function matchedTape(tape: TradeTape, corrected: (ns: number) => number): MatchedTape {
  const ns = new Float64Array(tape.length);
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < tape.length; i++) {
    last = Math.max(last, corrected(tape.ns[i]!));
    ns[i] = last;
  }
  return { tape, ns, found: new Uint8Array(tape.length), matched: new Float64Array(tape.length) };
}

/** Rows of each price, in order of time. */
function byPrice({ tape }: MatchedTape): Map<number, Int32Array> {
  const counts = new Map<number, number>();
  for (let i = 0; i < tape.length; i++) counts.set(tape.priceTicks[i]!, (counts.get(tape.priceTicks[i]!) ?? 0) + 1);
  const rows = new Map([...counts].map(([price, count]) => [price, { rows: new Int32Array(count), used: 0 }]));
  for (let i = 0; i < tape.length; i++) {
    const one = rows.get(tape.priceTicks[i]!)!;
    one.rows[one.used++] = i;
  }
  return new Map([...rows].map(([price, one]) => [price, one.rows]));
}

function columnsOf({ tape, ns }: MatchedTape, rows: Int32Array): PriceColumns {
  return {
    length: rows.length,
    ns: Float64Array.from(rows, (row) => ns[row]!),
    size: Float64Array.from(rows, (row) => tape.size[row]!),
    side: Uint8Array.from(rows, (row) => tape.side[row]!),
  };
}
