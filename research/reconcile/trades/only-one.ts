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
 * Trades that the other feed lacks and that look like a near one of the same feed. In a busy market many do by chance; how many is
 * seen in the trades that both feeds have.
 */
export function repeatedTrades({ tape, found }: MatchedTape, withinNs: number): Repeated {
  const hasTwin = twins(tape, withinNs);
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
  // A trade that is told twice gives its matched original a twin too: that is no chance.
  const byChance = both === 0 ? null : Math.max(0, bothTwins - trades) / both;
  const estimatedTrades =
    byChance === null || byChance === 1 ? 0 : Math.max(0, (trades - byChance * alone) / (1 - byChance));
  return { trades, contracts, byChance, estimatedTrades };
}

/** 1 for a trade that has one of its price and size near it. */
function twins({ length, ns, priceTicks, size }: MatchedTape['tape'], withinNs: number): Uint8Array {
  const hasTwin = new Uint8Array(length);
  const lastOf = new Map<number, number>();
  for (let i = 0; i < length; i++) {
    const key = priceTicks[i]! * 2 ** 20 + (size[i]! % 2 ** 20);
    const last = lastOf.get(key);
    if (last !== undefined && ns[i]! - ns[last]! <= withinNs) hasTwin[i] = hasTwin[last] = 1;
    lastOf.set(key, i);
  }
  return hasTwin;
}
