import { Found, type MatchedTape } from './matched.js';

/** Times ns after the base, by the first feed's clock. */
export interface OnlyOne {
  readonly fromNs: number;
  readonly toNs: number;
  readonly trades: number;
  readonly contracts: number;
}

/** What the other feed lacks, in spans whose trades follow each other within `gapNs`. */
export function onlyOneSpans({ tape, ns, matched }: MatchedTape, gapNs: number): OnlyOne[] {
  const spans: { fromNs: number; toNs: number; trades: number; contracts: number }[] = [];
  for (let i = 0; i < tape.length; i++) {
    const contracts = tape.size[i]! - matched[i]!;
    if (contracts === 0) continue;
    const last = spans.at(-1);
    if (last && ns[i]! - last.toNs <= gapNs) {
      last.toNs = ns[i]!;
      last.trades++;
      last.contracts += contracts;
    } else spans.push({ fromNs: ns[i]!, toNs: ns[i]!, trades: 1, contracts });
  }
  return spans;
}

export interface Repeated {
  readonly trades: number;
  readonly contracts: number;
  readonly byChance: number | null;
  readonly estimatedTrades: number;
}

/**
 * Trades that the other feed lacks and that look like a near one of the same feed that it has. In a busy market many do by chance;
 * how many is seen in the trades that both feeds have.
 */
export function repeatedTrades(matched: MatchedTape, withinNs: number): Repeated {
  const { tape, found } = matched;
  const hasTwin = new Uint8Array(tape.length);
  markTwins(matched, withinNs, hasTwin, 0, tape.length, 1);
  markTwins(matched, withinNs, hasTwin, tape.length - 1, -1, -1);
  let [alone, trades, contracts, both, bothTwins] = [0, 0, 0, 0, 0];
  for (let i = 0; i < tape.length; i++)
    if (found[i] === Found.alone) {
      alone++;
      if (hasTwin[i] === 1) {
        trades++;
        contracts += tape.size[i]!;
      }
    } else {
      both++;
      bothTwins += hasTwin[i]!;
    }
  if (both === 0) return { trades, contracts, byChance: null, estimatedTrades: 0 };
  const byChance = bothTwins / both;
  const [usual, spread] = [byChance * alone, Math.sqrt(byChance * (1 - byChance) * alone)];
  const isMore = trades > usual + DEVIATIONS * spread;
  return { trades, contracts, byChance, estimatedTrades: isMore ? (trades - usual) / (1 - byChance) : 0 };
}

/** How far above chance the number of twins must lie before any is called a repeat. */
const DEVIATIONS = 3;

/** Marks trades that follow (in the direction walked) a near one of their price and size that the other feed has too. */
function markTwins(
  { tape: { ns, priceTicks, size }, found }: MatchedTape,
  withinNs: number,
  hasTwin: Uint8Array,
  from: number,
  to: number,
  step: number,
): void {
  const lastOf = new Map<number, number>();
  for (let i = from; i !== to; i += step) {
    const key = priceTicks[i]! * 2 ** 20 + (size[i]! % 2 ** 20);
    const last = lastOf.get(key);
    if (last !== undefined && Math.abs(ns[i]! - ns[last]!) <= withinNs) hasTwin[i] = 1;
    if (found[i] !== Found.alone) lastOf.set(key, i);
  }
}
