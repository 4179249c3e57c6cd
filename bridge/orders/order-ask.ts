import type { OrderSide } from '../../shared/contract/order-journal.js';

/** What shall be sent; it has passed the risk rules already. */
export interface OrderAsk {
  readonly side: OrderSide;
  readonly contracts: number;
  readonly orderType: 'LMT' | 'MKT';
  /** Points, a whole number of ticks; null for market orders. */
  readonly limitPrice: number | null;
  readonly purpose: 'decision' | 'flatten';
  readonly modelVersion: number | null;
  readonly eventSeq: number | null;
}
