import { CLIENT_ID } from '../../shared/config/services.js';
import { askOpenOrders, type OpenOrderReport } from '../connection/collect.js';
import type { GatewaySession } from '../connection/session.js';
import type { AccountPosition } from '../orders/account-position.js';
import { type Account, isOwn } from '../orders/gateway-findings.js';
import type { OrderAsk } from '../orders/order-ask.js';
import type { OrderDesk } from '../orders/order-desk.js';
import type { OrderLedger } from '../orders/order-ledger.js';
import type { Refusal } from '../risk/rule.js';

export interface CloserDeps {
  readonly own: Account;
  readonly desk: Pick<OrderDesk, 'cancel'>;
  readonly ledger: () => OrderLedger;
  readonly position: AccountPosition;
  /** The connection, while it is reconciled. */
  readonly session: () => GatewaySession | undefined;
  readonly maxOrderSizeContracts: () => number;
  readonly answerMs: number;
  /** `cancel`: an operator's flatten cancels every order of the login, whoever entered it. */
  readonly otherOrders: 'leave' | 'cancel';
  /** Reconciliation has found that account and executions differ: then the account's figure is the one to close. */
  readonly isMismatchKnown: () => boolean;
  /** @param accountContracts what the gateway has just answered @returns the order's reference, or why it was not sent */
  readonly place: (ask: OrderAsk, accountContracts: number) => string | Refusal;
  readonly onDoubt: (reason: string) => void;
  /** Nothing is held, here and at the gateway, and no order of ours lives. */
  readonly onFlat: () => void;
  /** The position stays open longer than it should, and why; null once it is closed. */
  readonly onTrouble: (why: string | null) => void;
  /** Orders of other hands in the contract that were left working. */
  readonly onOrdersLeft: (which: string) => void;
}

const RETRY_MS = { first: 1000, last: 60_000 } as const;
/** By then a position is closed, whatever had to be cancelled and asked before. */
const PATIENCE_MS = 30_000;
/** A market order is filled long before, unless somebody holds it. */
const FILLED_WITHIN_MS = 3000;

/**
 * Closes the position, one step at a time: first no order under our client id may live, then the account is asked what it
 * holds, then one market order for what it says. It is done when account and executions both say zero. What the gateway
 * does not answer is asked again, never assumed.
 */
export class Closer {
  private isAsking = false;
  private notBeforeMs = Number.NEGATIVE_INFINITY;
  private refusals = 0;
  private lastRef: string | null = null;
  private sinceMs: number | null = null;
  /** The closing order that lives, and since when it is seen to. */
  private works: { readonly orderRef: string; readonly sinceMs: number } | null = null;

  constructor(private readonly deps: CloserDeps) {}

  /** Nothing has to be closed now. */
  rest(): void {
    if (this.sinceMs === null) return;
    this.sinceMs = null;
    this.refusals = 0;
    this.notBeforeMs = Number.NEGATIVE_INFINITY;
    this.deps.onTrouble(null);
  }

  /** @param isWanted asked once more when the gateway has answered */
  step(reason: string, isWanted: () => boolean): void {
    const nowMs = performance.now();
    this.sinceMs ??= nowMs;
    if (nowMs - this.sinceMs > PATIENCE_MS)
      this.deps.onTrouble(
        `the position is to be closed (${reason}), and is not after ${Math.round((nowMs - this.sinceMs) / 1000)} s`,
      );
    this.watchClosing(nowMs);
    if (this.cancelOthers() || this.isAsking) return;
    this.judgeLast(nowMs);
    const session = this.deps.session();
    if (!session || nowMs < this.notBeforeMs) return;
    this.isAsking = true;
    this.closeOnce(session, reason, isWanted)
      .catch((error: Error) => {
        this.deps.onTrouble(`the position is to be closed (${reason}), and cannot be: ${error.message}`);
        this.wait(RETRY_MS.first);
      })
      .finally(() => {
        this.isAsking = false;
      });
  }

  /** @returns whether an order of ours lives: then its end has to be waited for */
  private cancelOthers(): boolean {
    const live = this.deps.ledger().live();
    for (const order of live)
      if (order.purpose !== 'flatten' && (order.state === 'working' || order.state === 'sent'))
        this.deps.desk.cancel(order, 'flattening');
    return live.length > 0;
  }

  /** It cannot be hurried: somebody has to know that it is held, by whom and for how long. */
  private watchClosing(nowMs: number): void {
    const order = this.deps
      .ledger()
      .live()
      .find(({ purpose }) => purpose === 'flatten');
    if (order?.orderRef !== this.works?.orderRef)
      this.works = order ? { orderRef: order.orderRef, sinceMs: nowMs } : null;
    if (!order || !this.works || nowMs - this.works.sinceMs <= FILLED_WITHIN_MS) return;
    const seconds = Math.round((nowMs - this.works.sinceMs) / 1000);
    const said = order.warning === null ? '' : `, the gateway says: ${order.warning}`;
    this.deps.onTrouble(
      `closing order ${order.orderId} is ${order.state}, ${order.filled} of ${order.contracts} filled after ${seconds} s${said}`,
    );
  }

  /** A closing order that brought nothing is not repeated at once. */
  private judgeLast(nowMs: number): void {
    const last = this.lastRef === null ? undefined : this.deps.ledger().order(this.lastRef);
    this.lastRef = null;
    if (!last) return;
    if (last.filled > 0) {
      this.refusals = 0;
      return;
    }
    this.notBeforeMs = nowMs + Math.min(RETRY_MS.first * 2 ** this.refusals++, RETRY_MS.last);
    this.deps.onTrouble(`a closing order ended without a fill: ${last.refusal ?? last.state}`);
  }

  private async closeOnce(session: GatewaySession, reason: string, isWanted: () => boolean): Promise<void> {
    const { deps } = this;
    const changes = deps.ledger().positionChanges;
    const others = await this.ordersOfOthers(session);
    if (reason === 'flatten' && deps.otherOrders === 'cancel' && others.length > 0) {
      session.send('cancel', (ib) => ib.reqGlobalCancel());
      return this.wait(RETRY_MS.first);
    }
    const stray = others.find(({ order }) => order.clientId === CLIENT_ID);
    if (stray) {
      deps.onDoubt(`to close: ${nameOf(stray)} is open and in no journal`);
      return this.wait(RETRY_MS.first);
    }
    const account = await deps.position.ask(session);
    const ledger = deps.ledger();
    // What was answered must still be true: otherwise it is asked anew with the next step.
    if (session !== deps.session() || !isWanted()) return;
    if (ledger.live().length > 0 || ledger.positionChanges !== changes) return;
    if (account !== ledger.positionContracts && !deps.isMismatchKnown()) {
      deps.onDoubt(`to close: the gateway holds ${account}, the executions say ${ledger.positionContracts}`);
      return this.wait(RETRY_MS.first);
    }
    if (account === 0) this.finish(ledger.positionContracts, others);
    else this.send(account);
  }

  private send(account: number): void {
    const ask: OrderAsk = {
      ...{ side: account > 0 ? 'SELL' : 'BUY', orderType: 'MKT', limitPrice: null, purpose: 'flatten' },
      contracts: Math.min(Math.abs(account), this.deps.maxOrderSizeContracts()),
      ...{ modelVersion: null, eventSeq: null },
    };
    const placed = this.deps.place(ask, account);
    if (typeof placed === 'string') {
      this.lastRef = placed;
      return;
    }
    this.deps.onTrouble(`a closing order could not be sent: ${placed.rule}: ${placed.reason}`);
    this.wait(RETRY_MS.first);
  }

  /** Flat at the gateway; where the executions do not say so, an operator has to look. */
  private finish(positionContracts: number, others: readonly OpenOrderReport[]): void {
    this.wait(RETRY_MS.first);
    if (positionContracts !== 0) return;
    if (others.length > 0) this.deps.onOrdersLeft(others.map(nameOf).join('; '));
    this.deps.onFlat();
  }

  private async ordersOfOthers(session: GatewaySession): Promise<OpenOrderReport[]> {
    const open = await askOpenOrders(session, this.deps.answerMs);
    const ledger = this.deps.ledger();
    return open.filter(({ contract, order }) => isOwn(contract, this.deps.own) && !ledger.order(order.orderRef ?? ''));
  }

  private wait(ms: number): void {
    this.notBeforeMs = Math.max(this.notBeforeMs, performance.now() + ms);
  }
}

function nameOf({ orderId, order }: OpenOrderReport): string {
  const { action, totalQuantity, orderType, permId, clientId } = order;
  return `${action} ${totalQuantity} ${orderType}, order ${orderId} of client ${clientId}, permId ${permId}`;
}
