import { lowerBound, upperBound } from './clock/landmarks.js';
import type { MatchedTape } from './trades/matched.js';

/** One feed has no trade while the other has some; ns after the base. */
export interface Silence {
  readonly fromNs: number;
  readonly toNs: number;
  /** Of the other feed. */
  readonly trades: number;
}

/**
 * Where a feed says no trade for longer than `longestNs` while the other says at least `tradesMin`. Before its first and after its last
 * trade it is silent too. What is silent is from the first to the last trade that the other has there.
 */
export function silencesOf(silent: MatchedTape, other: MatchedTape, longestNs: number, tradesMin: number): Silence[] {
  const [own, there] = [silent.ns, other.ns];
  const silences: Silence[] = [];
  for (let i = 0; i <= own.length; i++) {
    const from = i === 0 ? Number.NEGATIVE_INFINITY : own[i - 1]!;
    const to = i === own.length ? Number.POSITIVE_INFINITY : own[i]!;
    if (to - from <= longestNs) continue;
    const first = upperBound(there, 0, there.length, from);
    const end = lowerBound(there, first, there.length, to);
    // Begun or ended within the time that is allowed, a feed was not silent.
    const [fromNs, toNs] = [Math.max(from, there[first]!), Math.min(to, there[end - 1]!)];
    const isLong = (i > 0 && i < own.length) || toNs - fromNs > longestNs;
    if (end - first >= tradesMin && isLong) silences.push({ fromNs, toNs, trades: end - first });
  }
  return silences;
}
