import assert from 'node:assert/strict';
import {
  type AlignOptions,
  groupCost,
  LOST,
  PriceAligner,
  type PriceColumns,
} from '../../research/reconcile/trades/align-price.js';
import { randomOf } from '../market/random-market.js';

const OPTIONS: AlignOptions = { windowNs: 100, scatterNs: 10, groupNs: 20 };

type Trade = readonly [ns: number, size: number, side?: number];
type Group = readonly [aFrom: number, aTo: number, bFrom: number, bTo: number];

function columns(trades: readonly Trade[]): PriceColumns {
  return {
    length: trades.length,
    ns: Float64Array.from(trades, ([ns]) => ns),
    size: Float64Array.from(trades, ([, size]) => size),
    side: Uint8Array.from(trades, ([, , side]) => side ?? 2),
  };
}

function aligned(a: PriceColumns, b: PriceColumns, placesMax?: number): Group[] {
  const groups: Group[] = [];
  new PriceAligner(OPTIONS, placesMax).align(a, b, (...group) => groups.push(group));
  return groups;
}

function costOf(a: PriceColumns, b: PriceColumns, groups: readonly Group[]): number {
  let [cost, lost] = [0, a.length + b.length];
  for (const [aFrom, aTo, bFrom, bTo] of groups) {
    cost += groupCost(a, b, OPTIONS, aFrom, aTo - 1, bFrom, bTo - 1);
    lost -= aTo - aFrom + bTo - bFrom;
  }
  return cost + lost * LOST;
}

/** Every way there is, without a band. */
function leastCost(a: PriceColumns, b: PriceColumns): number {
  const known = new Map<number, number>();
  const from = (i: number, j: number): number => {
    if (i === a.length || j === b.length) return (a.length - i + b.length - j) * LOST;
    const key = i * 1000 + j;
    const before = known.get(key);
    if (before !== undefined) return before;
    let least = Math.min(from(i + 1, j), from(i, j + 1)) + LOST;
    const take = (ofA: number, ofB: number) => {
      least = Math.min(least, groupCost(a, b, OPTIONS, i, i + ofA - 1, j, j + ofB - 1) + from(i + ofA, j + ofB));
    };
    if (a.size[i] === b.size[j]) take(1, 1);
    for (let n = 2; i + n <= a.length && a.ns[i + n - 1]! - a.ns[i]! <= OPTIONS.groupNs; n++)
      if (sum(a, i, n) === b.size[j]) take(n, 1);
    for (let n = 2; j + n <= b.length && b.ns[j + n - 1]! - b.ns[j]! <= OPTIONS.groupNs; n++)
      if (sum(b, j, n) === a.size[i]) take(1, n);
    known.set(key, least);
    return least;
  };
  return from(0, 0);
}

function sum({ size }: PriceColumns, from: number, count: number): number {
  return size.slice(from, from + count).reduce((total, one) => total + one, 0);
}

/** Trades of one price as two feeds have them: drops, repeats, delays, fills that one of them puts together. */
function randomPair(random: () => number, length: number): readonly [PriceColumns, PriceColumns] {
  const [a, b]: [Trade[], Trade[]] = [[], []];
  let ns = 0;
  for (let i = 0; i < length; i++) {
    ns += Math.floor(random() ** 3 * 60);
    const sizes =
      random() < 0.3 ? [1 + Math.floor(random() * 3), 1 + Math.floor(random() * 3)] : [1 + Math.floor(random() * 4)];
    const side = random() < 0.3 ? 2 : Math.floor(random() * 2);
    if (random() > 0.15) a.push([ns + Math.floor(random() * 30), sizes.reduce((x, y) => x + y), side]);
    for (const size of sizes) if (random() > 0.15) b.push([ns + Math.floor(random() * 5), size, side]);
  }
  const inOrder = (trades: Trade[]) => columns(trades.sort(([x], [y]) => x - y));
  return [inOrder(a), inOrder(b)];
}

describe('trades of one price side by side', () => {
  it('cost the least there is, for fifteen hundred small random feeds, in either order of the feeds', () => {
    const random = randomOf(11);
    for (let k = 0; k < 1500; k++) {
      const [a, b] = randomPair(random, 1 + Math.floor(random() * 12));
      const least = leastCost(a, b);
      for (const [x, y] of [
        [a, b],
        [b, a],
      ] as const)
        assert.ok(Math.abs(costOf(x, y, aligned(x, y)) - least) < 1e-9, `round ${k}`);
    }
  });

  it('cost the same where the way is traced back in many short stretches', () => {
    const random = randomOf(12);
    for (let k = 0; k < 5; k++) {
      const [a, b] = randomPair(random, 3000);
      const whole = costOf(a, b, aligned(a, b));
      assert.ok(Math.abs(costOf(a, b, aligned(a, b, 500)) - whole) < 1e-6);
    }
  });

  it('never take a trade twice, and keep both orders', () => {
    const [a, b] = randomPair(randomOf(13), 3000);
    let [lastA, lastB] = [0, 0];
    for (const [aFrom, aTo, bFrom, bTo] of aligned(a, b, 500)) {
      assert.ok(aFrom >= lastA && bFrom >= lastB && aTo > aFrom && bTo > bFrom);
      assert.equal(sum(a, aFrom, aTo - aFrom), sum(b, bFrom, bTo - bFrom));
      [lastA, lastB] = [aTo, bTo];
    }
  });

  it('know one trade again in its fills, on either side', () => {
    const fills = columns([1, 2, 3].map((size) => [50, size] as const));
    const one = columns([[55, 6]]);
    assert.deepEqual(aligned(one, fills), [[0, 1, 0, 3]]);
    assert.deepEqual(aligned(fills, one), [[0, 3, 0, 1]]);
  });

  it('do not hide a loss on each side by shifting all that lies between', () => {
    const trades = Array.from({ length: 12 }, (_, i) => [i * 50, 1] as const);
    const [a, b] = [columns(trades.slice(1)), columns(trades.slice(0, -1))];
    assert.deepEqual(
      aligned(a, b),
      Array.from({ length: 10 }, (_, i) => [i, i + 1, i + 1, i + 2]),
    );
  });

  it('pair thousands at one and the same time in their order', () => {
    const same = columns(Array.from({ length: 5000 }, (_, i) => [7, 1 + (i % 3)] as const));
    assert.equal(aligned(same, same).length, 5000);
  });
});
