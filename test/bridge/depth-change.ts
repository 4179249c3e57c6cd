import type { DepthChange } from '../../bridge/feed/depth-change.js';

/** A change of the book, by IB's numbers. */
export function depthChange(
  operation: number,
  side: number,
  position: number,
  price: number,
  size: number,
): DepthChange {
  return { operation, side, position, price, size };
}
