import type { MarketState } from './market-state.js';

/** What must have been seen before a feature's value means what its formula says. */
export interface WarmUp {
  /** Levels on each side of a settled book. */
  readonly bookLevels?: number;
  /** Unbroken stream, milliseconds of market time, counted in whole buckets. */
  readonly windowMs?: number;
  /** Trades since the stream began or was broken. */
  readonly trades?: number;
  /** Five-minute bars. */
  readonly bars?: number;
}

/** When a value is too old to be used: the newest input of that kind is older than this. */
export interface Staleness {
  readonly of: 'depth' | 'bar';
  readonly maxAgeMs: number;
}

export interface FeatureDefinition {
  readonly name: string;
  readonly family: 'book' | 'flow' | 'bar' | 'session';
  readonly formula: string;
  /** Paper, or the plain reason. */
  readonly source: string;
  readonly unit: string;
  readonly warmUp: WarmUp;
  readonly staleness: Staleness | null;
  /** Only + - * / and square roots: the same bits on every machine. */
  readonly value: (state: MarketState) => number;
}
