import type { OddExecution, OddStatus } from '../faults/actions/odd-kinds.js';
import type { OrderPreview } from '../wire/encode-order.js';
import type { Commission, Execution, Order } from './order.js';

interface Late {
  /** Told so much later than what it was reported with. */
  readonly afterMs?: number;
}

/** One thing that the gateway tells about orders. Orders are copies, as they were when it happened. */
export type OrderReport =
  | { readonly kind: 'openOrder'; readonly order: Order; readonly parentId: number; readonly preview?: OrderPreview }
  | { readonly kind: 'orderStatus'; readonly order: Order; readonly parentId: number; readonly odd?: OddStatus }
  | ({ readonly kind: 'execution'; readonly execution: Execution; readonly odd?: OddExecution } & Late)
  | ({ readonly kind: 'commission'; readonly commission: Commission; readonly clientId: number } & Late)
  | {
      readonly kind: 'error';
      readonly clientId: number;
      readonly orderId: number;
      readonly code: number;
      readonly text: string;
      readonly rejectJson?: string;
    };

/** Whose order a report is about. */
export function clientIdOf(report: OrderReport): number {
  if (report.kind === 'execution') return report.execution.clientId;
  if (report.kind === 'error' || report.kind === 'commission') return report.clientId;
  return report.order.clientId;
}
