import {
  type CommissionReport,
  type Contract,
  EventName,
  type Execution,
  type IBApi,
  type Order,
  type OrderState,
} from '@stoqey/ib';

/** What the gateway said, in the words that the steps compare. */
export type Message =
  | {
      readonly kind: 'openOrder';
      readonly orderId: number;
      readonly status: string;
      readonly permId: number;
      readonly limitPrice: number | null;
    }
  | {
      readonly kind: 'orderStatus';
      readonly orderId: number;
      readonly status: string;
      readonly filled: number;
      readonly permId: number;
    }
  | {
      readonly kind: 'execution';
      /** -1: told by itself; else the request that it answers. */
      readonly requestId: number;
      readonly orderId: number;
      readonly clientId: number;
      readonly execId: string;
      readonly localSymbol: string;
      /** Signed: sold is negative. */
      readonly contracts: number;
      readonly time: string;
    }
  | { readonly kind: 'commission'; readonly execId: string; readonly currency: string }
  /** About an order or a request; id -1: about the connection. */
  | { readonly kind: 'error'; readonly id: number; readonly code: number }
  | { readonly kind: 'position'; readonly localSymbol: string; readonly contracts: number }
  | { readonly kind: 'accountValue'; readonly key: string; readonly value: string; readonly currency: string }
  | { readonly kind: 'tickPrice'; readonly requestId: number; readonly tickType: number; readonly price: number }
  | { readonly kind: 'depth'; readonly requestId: number; readonly operation: number }
  | { readonly kind: 'completedOrder'; readonly permId: number; readonly status: string }
  /** The last message of an answer. */
  | { readonly kind: 'end'; readonly of: EventName; readonly requestId: number };

export type MessageKind = Message['kind'];
export type MessageOf<Kind extends MessageKind> = Extract<Message, { kind: Kind }>;
/** With the monotonic time at which it came, ms. */
export type Heard<Kind extends MessageKind = MessageKind> = MessageOf<Kind> & { readonly atMs: number };

/** Tells every message of a connection that the steps compare. */
export function listen(ib: IBApi, hear: (message: Message) => void): void {
  ib.on(EventName.openOrder, (orderId: number, _contract: Contract, order: Order, { status }: OrderState) =>
    hear({ kind: 'openOrder', orderId, status, permId: order.permId ?? 0, limitPrice: order.lmtPrice ?? null }),
  );
  ib.on(EventName.orderStatus, (orderId, status, filled, _remaining, _average, permId) =>
    hear({ kind: 'orderStatus', orderId, status, filled, permId: permId ?? 0 }),
  );
  ib.on(EventName.execDetails, (requestId: number, contract: Contract, execution: Execution) =>
    hear({ kind: 'execution', requestId, localSymbol: contract.localSymbol ?? '', ...facts(execution) }),
  );
  ib.on(EventName.commissionReport, ({ execId, currency }: CommissionReport) =>
    hear({ kind: 'commission', execId: execId ?? '', currency: currency ?? '' }),
  );
  ib.on(EventName.error, (_error: Error, code: number, id: number) => hear({ kind: 'error', id, code }));
  ib.on(EventName.info, (_text: string, code: number) => hear({ kind: 'error', id: -1, code }));
  ib.on(EventName.position, (_account: string, { localSymbol }: Contract, contracts: number) =>
    hear({ kind: 'position', localSymbol: localSymbol ?? '', contracts }),
  );
  ib.on(EventName.updateAccountValue, (key: string, value: string, currency: string) =>
    hear({ kind: 'accountValue', key, value, currency }),
  );
  ib.on(EventName.tickPrice, (requestId: number, tickType: number, price: number) =>
    hear({ kind: 'tickPrice', requestId, tickType, price }),
  );
  ib.on(EventName.completedOrder, (_contract: Contract, { permId }: Order, { status }: OrderState) =>
    hear({ kind: 'completedOrder', permId: permId ?? 0, status }),
  );
  const end = (of: EventName, requestId: number) => hear({ kind: 'end', of, requestId });
  ib.on(EventName.execDetailsEnd, (requestId: number) => end(EventName.execDetailsEnd, requestId));
  ib.on(EventName.contractDetailsEnd, (requestId: number) => end(EventName.contractDetailsEnd, requestId));
  ib.on(EventName.completedOrdersEnd, () => end(EventName.completedOrdersEnd, -1));
  ib.on(EventName.currentTime, () => end(EventName.currentTime, -1));
  ib.on(EventName.accountDownloadEnd, () => end(EventName.accountDownloadEnd, -1));
}

function facts({ orderId, clientId, execId, time, shares = 0, side }: Execution) {
  const contracts = String(side).startsWith('B') ? shares : -shares;
  return { orderId: orderId ?? 0, clientId: clientId ?? 0, execId: execId ?? '', time: time ?? '', contracts };
}
