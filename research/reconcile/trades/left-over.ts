import { Found, type MatchedTape, type MatchOptions } from './matched.js';

/** In scatters of sure pairs: how far out of order two trades may be, and how far apart what equals a part of another. */
const OUT_OF_ORDER = 6;
const APART = 4;

/**
 * What an alignment in order cannot pair, at one price: trades that one feed tells in another order, and trades of different
 * sizes, of which the lesser is taken to be a part of the greater (a group that lost one of its trades). Only what lies very near.
 */
export function matchLeftOver(
  a: MatchedTape,
  rowsA: Int32Array,
  b: MatchedTape,
  rowsB: Int32Array,
  { windowNs, groupNs, scatterNs }: MatchOptions,
): void {
  const leftA = rowsA.filter((row) => a.found[row] === Found.alone);
  if (leftA.length === 0) return;
  const leftB = rowsB.filter((row) => b.found[row] === Found.alone);
  if (leftB.length === 0) return;
  pairOutOfOrder(a, leftA, b, leftB, Math.min(windowNs, OUT_OF_ORDER * scatterNs));
  pairByPart(a, leftA, b, leftB, Math.min(groupNs, APART * scatterNs));
}

/** A burst at one moment has any number of candidates: as many are looked at. */
const CANDIDATES_MAX = 256;

function pairOutOfOrder(a: MatchedTape, leftA: Int32Array, b: MatchedTape, leftB: Int32Array, reachNs: number): void {
  let from = 0;
  const isPast = (other: number, ns: number) => b.ns[other]! < ns - reachNs || b.found[other] !== Found.alone;
  for (const row of leftA) {
    const ns = a.ns[row]!;
    while (from < leftB.length && isPast(leftB[from]!, ns)) from++;
    const end = Math.min(leftB.length, from + CANDIDATES_MAX);
    for (let j = from; j < end && b.ns[leftB[j]!]! <= ns + reachNs; j++) {
      const other = leftB[j]!;
      if (b.found[other] !== Found.alone || a.tape.size[row] !== b.tape.size[other]) continue;
      a.found[row] = b.found[other] = Found.pair;
      a.matched[row] = b.matched[other] = a.tape.size[row]!;
      break;
    }
  }
}

function pairByPart(a: MatchedTape, leftA: Int32Array, b: MatchedTape, leftB: Int32Array, reachNs: number): void {
  let [i, j] = [0, 0];
  while (i < leftA.length && j < leftB.length) {
    const [row, other] = [leftA[i]!, leftB[j]!];
    const [roomA, roomB] = [a.tape.size[row]! - a.matched[row]!, b.tape.size[other]! - b.matched[other]!];
    const apart = b.ns[other]! - a.ns[row]!;
    if (roomA === 0 || apart > reachNs) i++;
    else if (roomB === 0 || apart < -reachNs) j++;
    else {
      const contracts = Math.min(roomA, roomB);
      a.matched[row]! += contracts;
      b.matched[other]! += contracts;
      a.found[row] = b.found[other] = Found.part;
    }
  }
}
