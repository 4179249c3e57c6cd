import { type Contract, EventName, type Execution, type Order, type OrderState, SecType } from '@stoqey/ib';
import { CLIENT_ID } from '../../shared/config/services.js';
import type { GatewaySession } from '../connection/session.js';
import { isOwn } from './gateway-findings.js';
import { saysOver } from './order-state.js';

export interface OwnContract {
  readonly account: string;
  /** Of the product, as IB writes it: every contract month has the same. */
  readonly symbol: string;
  /** As the exchange writes it. */
  readonly localSymbol: string;
}

export interface OtherContractsDeps {
  readonly own: OwnContract;
  /** Whether a journal of another contract counts the execution: then it is explained. */
  readonly isExplained: (execId: string) => boolean;
  /** Everything found since the last `forget`, in plain words. */
  readonly onFound: (text: string) => void;
}

/**
 * Notices exposure that the journal of our contract cannot see: positions of the product in another contract month, and
 * what happens under our client id in any other contract. Such orders are cancelled. It hears every answer and every
 * report of a connection; reconciliation and the position watch ask the questions.
 */
export class OtherContracts {
  private readonly found = new Map<string, string>();
  private readonly cancelled = new Set<string>();
  private session: GatewaySession | undefined;

  constructor(private readonly deps: OtherContractsDeps) {}

  /** Before each reconciliation: an order that is open in spite of its cancel is cancelled once more. */
  attach(session: GatewaySession): void {
    this.cancelled.clear();
    if (this.session === session) return;
    this.session = session;
    const { ib } = session;
    ib.on(EventName.position, this.onPosition);
    ib.on(EventName.openOrder, this.onOpenOrder);
    ib.on(EventName.execDetails, this.onExecution);
  }

  /** An operator has looked at it: what is still there is told anew. */
  forget(): void {
    this.found.clear();
  }

  private readonly onPosition = (account: string, contract: Contract, contracts: number): void => {
    const { own } = this.deps;
    if (account !== own.account || !isOtherMonth(contract, own)) return;
    const name = nameOf(contract);
    if (contracts === 0) this.found.delete(`position ${name}`);
    else this.tell(`position ${name}`, `the account holds ${contracts} ${name}`);
  };

  private readonly onOpenOrder = (orderId: number, contract: Contract, order: Order, { status }: OrderState): void => {
    if (order.clientId !== CLIENT_ID || isOwn(contract, this.deps.own) || saysOver(status ?? '')) return;
    const key = `order ${orderId}/${order.permId ?? ''}`;
    const { action, totalQuantity } = order;
    this.tell(key, `order ${orderId} (${action} ${totalQuantity} ${nameOf(contract)}) was open and is cancelled`);
    if (this.cancelled.has(key)) return;
    this.cancelled.add(key);
    this.session?.send('cancel', (ib) => ib.cancelOrder(orderId));
  };

  private readonly onExecution = (_requestId: number, contract: Contract, execution: Execution): void => {
    const { clientId, acctNumber, execId = '', side, shares } = execution;
    const { own, isExplained } = this.deps;
    if (clientId !== CLIENT_ID || (acctNumber === own.account && isOwn(contract, own)) || isExplained(execId)) return;
    this.tell(`execution ${execId}`, `execution ${execId} (${side} ${shares} ${nameOf(contract)} in ${acctNumber})`);
  };

  private tell(key: string, text: string): void {
    if (this.found.get(key) === text) return;
    this.found.set(key, text);
    this.deps.onFound(
      `${[...this.found.values()].join('; ')}: only ${this.deps.own.localSymbol} is traded here; close or transfer the others by hand, then resume`,
    );
  }
}

/** Another delivery month of the same product; a micro contract is a product of its own. */
function isOtherMonth(contract: Contract, own: OwnContract): boolean {
  return contract.symbol === own.symbol && contract.secType === SecType.FUT && !isOwn(contract, own);
}

function nameOf({ localSymbol, symbol, secType, lastTradeDateOrContractMonth }: Contract): string {
  return localSymbol || `${symbol} ${secType} ${lastTradeDateOrContractMonth ?? ''}`.trim();
}
