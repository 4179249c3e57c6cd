/**
 * One change of the book as the gateway tells it: IB's numbering of operation (insert, update, delete) and side (ask,
 * bid), price in points, size in contracts; NaN for what is no number. The row is one and the same from message to
 * message: whoever keeps it copies it.
 */
export interface DepthChange {
  readonly operation: number;
  readonly side: number;
  /** Level from the best price, which is 0. */
  readonly position: number;
  readonly price: number;
  readonly size: number;
}
