import { type Contract, OrderAction, OrderType } from '@stoqey/ib';
import { CLIENT_ID } from '../../shared/config/services.js';
import type { EntryOf, OrderSide } from '../../shared/contract/order-journal.js';
import type { GatewayTruth, OpenOrderReport, PositionReport } from '../connection/collect.js';
import type { Order, OrderLedger } from './order-ledger.js';
import { isFinal, saysOver } from './order-state.js';

/** What the gateway's word means for the journal. Executions are counted before this is asked. */
export interface Findings {
  /** What orders are that were sent from a slot, and whose intents were lost: by the gateway's word. */
  readonly told: readonly EntryOf<'intent'>[];
  /** Entries that settle orders whose outcome was unknown. */
  readonly settled: readonly EntryOf<'settled'>[];
  /** Not open at the gateway and not filled: gone, if a second look says the same. */
  readonly missing: readonly Order[];
  /** Open under our client id, in no journal of ours. */
  readonly orphans: readonly OpenOrderReport[];
  /** Open under a reference of ours, and under another order id or permId than that order has. */
  readonly twins: readonly OpenOrderReport[];
  /** Contracts by the gateway, where that is not what the executions add up to. */
  readonly positionMismatch: number | null;
}

export interface Account {
  readonly account: string;
  /** As the exchange writes it. */
  readonly localSymbol: string;
}

/** Compares the ledger with the gateway's truth. Pure: what to do about it is the caller's. */
export function compareWithGateway(ledger: OrderLedger, truth: GatewayTruth, own: Account): Findings {
  const open = truth.openOrders.filter(
    ({ order, contract, state }) => order.clientId === CLIENT_ID && isOwn(contract, own) && !saysOver(state.status),
  );
  const told: EntryOf<'intent'>[] = [];
  const settled: EntryOf<'settled'>[] = [];
  const orphans: OpenOrderReport[] = [];
  const twins: OpenOrderReport[] = [];
  const openRefs = new Set<string>();
  for (const report of open) {
    const order = ledger.order(report.order.orderRef ?? '');
    if (!order) {
      orphans.push(report);
      continue;
    }
    const permId = report.order.permId ?? null;
    const knowsId = permId === null || permId === 0 || order.permIds.includes(permId);
    const isOther = order.permIds.length > (knowsId ? 1 : 0);
    if (report.orderId !== order.orderId || isOther) twins.push(report);
    openRefs.add(order.orderRef);
    if (order.side === null && report.orderId === order.orderId) told.push(...intentOf(report, order));
    if (order.state === 'working' && knowsId) continue;
    settled.push({ kind: 'settled', orderRef: order.orderRef, outcome: 'working', permId });
  }
  return {
    ...{ told, settled },
    missing: ledger.live().filter((order) => !openRefs.has(order.orderRef) && !isFinal(order.state)),
    orphans,
    twins,
    positionMismatch: positionMismatch(ledger, truth, own),
  };
}

/** None where no side is named: then it stays one of either. A quantity that it cannot have is left to the journal to refuse. */
function intentOf({ order: reported, orderId }: OpenOrderReport, { orderRef, contracts }: Order): EntryOf<'intent'>[] {
  const side = { [OrderAction.BUY]: 'BUY', [OrderAction.SELL]: 'SELL' }[String(reported.action)] as
    | OrderSide
    | undefined;
  if (side === undefined) return [];
  const isMarket = reported.orderType === OrderType.MKT;
  const intent: EntryOf<'intent'> = {
    ...{ kind: 'intent', orderRef, orderId, side },
    ...{ contracts: reported.totalQuantity ?? contracts, orderType: isMarket ? 'MKT' : 'LMT' },
    limitPrice: isMarket ? null : (reported.lmtPrice ?? null),
    ...{ purpose: 'decision', modelVersion: null, eventSeq: null },
  };
  return [intent];
}

/** How an order ended that is neither open nor filled: it was refused, acknowledged once, or nobody ever heard of it. */
export function outcomeOfMissing({ orderRef, refusal, permIds, filled }: Order): EntryOf<'settled'> {
  const wasKnown = permIds.length > 0 || filled > 0;
  const outcome = refusal !== null ? 'rejected' : wasKnown ? 'cancelled' : 'not-received';
  return { kind: 'settled', orderRef, outcome, permId: null };
}

export function gatewayPosition(positions: readonly PositionReport[], own: Account): number {
  return positions
    .filter((position) => position.account === own.account && isOwn(position.contract, own))
    .reduce((sum, position) => sum + position.contracts, 0);
}

function positionMismatch(ledger: OrderLedger, truth: GatewayTruth, own: Account): number | null {
  const contracts = gatewayPosition(truth.positions, own);
  return contracts === ledger.positionContracts ? null : contracts;
}

export function isOwn(contract: Contract, { localSymbol }: Account): boolean {
  return contract.localSymbol === localSymbol;
}
