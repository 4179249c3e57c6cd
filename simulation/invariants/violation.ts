/** What must never happen, by name. docs/simulation.md says what each means. */
export const INVARIANTS = [
  'exposure',
  'order-size',
  'open-orders',
  'order-rate',
  'price-collar',
  'stale-data',
  'closing-crosses-zero',
  'halted-opens',
  'halted-works',
  'order-lifetime',
  'outside-session',
  'other-contract',
  'expiring-contract',
  'no-model',
  'inexact-price',
  'order-twice',
  'order-id-again',
  'order-not-on-disk',
  'twin-untold',
  'foreign-untold',
  'two-bridges',
  'half-started',
  'uncaught',
  'journal-shrinks',
  'journal-unreadable',
  'forgotten-execution',
  'trade-date-goes-back',
  'capture-unreadable',
  'daily-loss',
  'wrong-profit',
  'left-open',
  'position-outside-session',
  'left-working',
  'disagreement',
  'not-flat',
  'not-ready',
  'needless-alarm',
] as const;
export type Invariant = (typeof INVARIANTS)[number];

export interface Violation {
  readonly invariant: Invariant;
  /** In plain words, with the numbers. */
  readonly what: string;
  /** Ms after the start of the day. */
  readonly atMs: number;
}

export type Report = (invariant: Invariant, what: string) => void;
