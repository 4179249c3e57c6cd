import type { OrderPreview } from '../wire/encode-order.js';
import type { Account } from './account.js';
import type { Order } from './order.js';

const MAINTENANCE_SHARE = 0.9;

/** Margin and commission of an order if all of it filled now. */
export function previewOf(order: Order, account: Account, commissionPerContract: number): OrderPreview {
  const held = account.positions.get(order.contract.conId)?.quantity ?? 0;
  const after = held + (order.side === 'BUY' ? order.quantity : -order.quantity);
  const initialChange = (Math.abs(after) - Math.abs(held)) * order.contract.product.initialMargin;
  return {
    initialBefore: account.initialMargin,
    maintenanceBefore: account.initialMargin * MAINTENANCE_SHARE,
    equityBefore: account.equity,
    initialChange,
    maintenanceChange: initialChange * MAINTENANCE_SHARE,
    commission: order.quantity * commissionPerContract,
  };
}
