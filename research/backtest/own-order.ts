import type { Side } from '../../shared/market/events/event-batch.js';

/** What the sender knows of an order: it learns of the exchange's view when the response arrives. */
export type KnownState = 'sent' | 'working' | 'cancelling' | 'done';

export interface OrderAsk {
  /** Side.bid buys, Side.ask sells. */
  readonly side: Side;
  /** Null: at any price. */
  readonly limitTicks: number | null;
  readonly contracts: number;
  /** Refused instead of taking liquidity. */
  readonly postOnly: boolean;
}

/** One order of ours, seen from both ends. */
export class OwnOrder implements OrderAsk {
  readonly side: Side;
  readonly limitTicks: number | null;
  readonly contracts: number;
  readonly postOnly: boolean;

  // Known to the sender.
  known: KnownState = 'sent';
  knownFilled = 0;

  // At the exchange.
  isResting = false;
  leftContracts: number;
  /** Contracts at its price that are served before it; below zero: the front is reached and so much more has traded. */
  aheadContracts = 0;
  tradedSinceLevel = 0;
  /** What its level showed when last seen; NaN while it lies outside the visible book. */
  shownContracts = Number.NaN;

  constructor(
    readonly id: number,
    ask: OrderAsk,
    readonly sentNs: number,
  ) {
    this.side = ask.side;
    this.limitTicks = ask.limitTicks;
    this.contracts = ask.contracts;
    this.postOnly = ask.postOnly;
    this.leftContracts = ask.contracts;
  }
}

/** What the exchange says of an order. */
export interface OrderReport {
  readonly order: OwnOrder;
  readonly kind: 'accepted' | 'filled' | 'cancelled' | 'refused';
  /** When it happened at the exchange, ns after the simulation's base. */
  readonly exchNs: number;
  /** Fills only. */
  readonly contracts: number;
  readonly priceTicks: number;
  /** It was resting: the fee and the price are a maker's. */
  readonly isMaker: boolean;
}
