import { type Order as GatewayOrder, OrderAction, OrderType, TimeInForce } from '@stoqey/ib';
import type { OrderSide } from '../../shared/contract/order-journal.js';

/** What a decision says of an order. */
export interface OrderTerms {
  readonly side: OrderSide;
  readonly contracts: number;
  readonly orderType: 'LMT' | 'MKT';
  /** Points; null for market orders. */
  readonly limitPrice: number | null;
}

/** An order as the library takes it. */
export function gatewayOrder(account: string, orderRef: string, terms: OrderTerms): GatewayOrder {
  return {
    action: terms.side === 'BUY' ? OrderAction.BUY : OrderAction.SELL,
    totalQuantity: terms.contracts,
    orderType: terms.orderType === 'LMT' ? OrderType.LMT : OrderType.MKT,
    ...(terms.limitPrice === null ? {} : { lmtPrice: terms.limitPrice }),
    tif: TimeInForce.DAY,
    account,
    orderRef,
    outsideRth: true,
    transmit: true,
  };
}
