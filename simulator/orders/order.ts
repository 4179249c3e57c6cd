import type { FutureContract } from '../contracts/contract.js';
import type { OrderTerms } from '../wire/decode-order.js';

export type OrderStatus =
  | 'PendingSubmit'
  | 'PreSubmitted'
  | 'Submitted'
  | 'PendingCancel'
  | 'ApiCancelled'
  | 'Cancelled'
  | 'Filled'
  | 'Inactive';

/** One order at the simulated exchange. Prices are whole ticks, quantities contracts. */
export interface Order {
  /** Who may change it: (clientId, orderId) names it to its owner, permId to everybody. */
  readonly clientId: number;
  orderId: number;
  readonly permId: number;
  readonly parentPermId: number;
  readonly contract: FutureContract;
  readonly account: string;
  readonly side: 'BUY' | 'SELL';
  terms: OrderTerms;
  quantity: number;
  /** What it works as now: a stop becomes a market or limit order when it triggers. */
  workingAs: 'market' | 'limit' | 'stop';
  limitTicks: number | undefined;
  stopTicks: number | undefined;
  status: OrderStatus;
  /** Kept back until transmitted by itself or by the last child. */
  transmitted: boolean;
  whyHeld: string;
  /** Told as Inactive, though it comes back: it was never gone. */
  suspended: boolean;
  filled: number;
  /** Sum of price in ticks times contracts over all fills. */
  filledTicks: number;
  lastFillTicks: number;
  /** Contracts at the limit price that are served first; Infinity while the level is out of sight. */
  queueAhead: number;
  /** Sequence of arrival: earlier orders are served first. */
  readonly arrival: number;
  completedMs: number | undefined;
  rejectReason: string;
}

/** Statuses of an order that may still fill. */
export const LIVE_STATUSES: ReadonlySet<string> = new Set<OrderStatus>([
  ...(['PendingSubmit', 'PreSubmitted', 'Submitted', 'PendingCancel'] as const),
]);

export const isLive = (order: Order): boolean => LIVE_STATUSES.has(order.status) || order.suspended;

export const remainingOf = (order: Order): number => Math.max(0, order.quantity - order.filled);

/** One fill. The last part of the id counts corrections: .02 replaces .01. */
export interface Execution {
  readonly execId: string;
  readonly permId: number;
  readonly clientId: number;
  readonly orderId: number;
  readonly contract: FutureContract;
  readonly account: string;
  readonly side: 'BUY' | 'SELL';
  readonly shares: number;
  readonly priceTicks: number;
  readonly timeMs: number;
  readonly cumulativeQuantity: number;
  /** Average price of the order so far, in ticks. */
  readonly averageTicks: number;
  readonly orderRef: string;
  readonly modelCode: string;
  /** 1 added, 2 removed liquidity. */
  readonly lastLiquidity: 1 | 2;
  /** The broker's own doing, to close what the account cannot hold. */
  readonly liquidation?: boolean;
}

/** What one fill cost and, where it closed a position, earned. Currency units. */
export interface Commission {
  readonly execId: string;
  readonly amount: number;
  readonly realizedPnl: number | undefined;
}
