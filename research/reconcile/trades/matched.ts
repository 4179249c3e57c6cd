import type { TradeTape } from './trade-tape.js';

/** How a trade was found in the other feed. */
export const Found = {
  /** Not at all: only this feed has it. */
  alone: 0,
  /** As one trade of this price and size. */
  pair: 1,
  /** As one of several that are one trade on the other side, or as the one. */
  group: 2,
  /** A part of its contracts only. */
  part: 3,
} as const;

/** What became of the trades of one feed; a row a trade of its tape. */
export interface MatchedTape {
  readonly tape: TradeTape;
  /** By the first feed's clock, ns after the base; never decreasing. */
  readonly ns: Float64Array;
  /** One of Found. */
  readonly found: Uint8Array;
  /** Contracts that the other feed has too. */
  readonly matched: Float64Array;
}

export interface Matched {
  readonly first: MatchedTape;
  readonly second: MatchedTape;
  /** For each trade of the first feed that the second has: stamp of the second less its own, uncorrected, ns; else NaN. */
  readonly apartNs: Float64Array;
  /** Pairs and groups in which both feeds name an aggressor, and those in which it is the same one. */
  readonly sided: number;
  readonly sameSide: number;
}

export interface MatchOptions {
  readonly windowNs: number;
  readonly groupNs: number;
  readonly scatterNs: number;
}
