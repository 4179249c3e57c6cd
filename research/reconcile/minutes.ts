import type { ComparedBooks } from './books/compare-books.js';
import type { Latencies } from './clock/latency.js';
import { toMs } from './clock/latency.js';
import { MINUTE_NS } from './clock/minute-offsets.js';
import type { MinuteReport } from './report.js';
import type { Matched, MatchedTape } from './trades/matched.js';

interface Side {
  trades: number;
  contracts: number;
  matchedContracts: number;
}

/** A minute as it is reported, and where it lies: minutes are counted from the base. */
export interface Minute {
  readonly index: number;
  readonly report: Omit<MinuteReport, 'startNs'>;
}

/** Every minute in which a feed traded or books were compared, in order. */
export function minutesOf(matched: Matched, { offsetOfMinute }: Latencies, books: ComparedBooks | null): Minute[] {
  const [first, second] = [sidesOf(matched.first), sidesOf(matched.second)];
  const indexes = new Set([...first.keys(), ...second.keys(), ...(books?.minutes.keys() ?? [])]);
  return [...indexes]
    .sort((a, b) => a - b)
    .map((index) => {
      const [a, b] = [first.get(index) ?? NOTHING, second.get(index) ?? NOTHING];
      const offsetNs = offsetOfMinute.get(index);
      return {
        index,
        report: {
          ...{ first: a, second: b, matchedShare: matchedShare(a, b) },
          offsetMs: offsetNs === undefined ? null : toMs(offsetNs),
          books: booksOf(books, index),
        },
      };
    });
}

/** Matched contracts of both over contracts of both. */
export function matchedShare(a: Omit<Side, 'trades'>, b: Omit<Side, 'trades'>): number | null {
  const contracts = a.contracts + b.contracts;
  return contracts === 0 ? null : (a.matchedContracts + b.matchedContracts) / contracts;
}

const NOTHING: Side = { trades: 0, contracts: 0, matchedContracts: 0 };

function sidesOf({ tape, ns, matched }: MatchedTape): Map<number, Side> {
  const sides = new Map<number, Side>();
  for (let i = 0; i < tape.length; i++) {
    const index = Math.floor(ns[i]! / MINUTE_NS);
    let side = sides.get(index);
    if (!side) {
      side = { ...NOTHING };
      sides.set(index, side);
    }
    side.trades++;
    side.contracts += tape.size[i]!;
    side.matchedContracts += matched[i]!;
  }
  return sides;
}

function booksOf(books: ComparedBooks | null, index: number): MinuteReport['books'] {
  const found = books?.minutes.get(index);
  if (!found || found.moments === 0) return null;
  const { moments, best, bestWithin, levels, sameLevels, sameLevelsWithin } = found;
  return {
    ...{ moments, best, bestWithin },
    levels: levels === 0 ? 0 : sameLevels / levels,
    levelsWithin: levels === 0 ? 0 : sameLevelsWithin / levels,
  };
}
