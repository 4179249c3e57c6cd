import type { DepthChange } from './depth-change.js';

/** What happens to an event after it was captured. Prices in points, times in ns since the clock's base. */
export interface EventSink {
  depth(atNs: number, seq: number, change: DepthChange): void;
  trade(atNs: number, seq: number, price: number, size: number): void;
  /** reset: a fresh book follows. gap: events may be missing, and the book is void until a reset. */
  broken(kind: 'reset' | 'gap', atNs: number, seq: number): void;
}
