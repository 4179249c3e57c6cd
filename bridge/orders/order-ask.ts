import type { OrderTerms } from '../connection/gateway-order.js';

/** What shall be sent; it has passed the risk rules already. A limit price is a whole number of ticks. */
export interface OrderAsk extends OrderTerms {
  readonly purpose: 'decision' | 'flatten';
  readonly modelVersion: number | null;
  readonly eventSeq: number | null;
}
