import { CLIENT_ID } from '../../shared/config/services.js';
import { type Execution, isLive, type Order, remainingOf } from '../../simulator/orders/order.js';
import type { RunningGateway } from '../../simulator/running-gateway.js';
import { positionsIn } from '../day/messages.js';
import type { World } from '../world/world.js';
import type { Invariant } from './violation.js';

/** A message that left the bridge: an order, as it was worded. */
export interface SentOrder {
  readonly orderRef: string;
  readonly sentMs: number;
  readonly isClosing: boolean;
  /** The contract that the bridge was configured for. */
  readonly localSymbol: string;
  readonly objections: readonly Objection[];
}

/** What counts against an order that opens something. */
export interface Objection {
  readonly invariant: Invariant;
  readonly what: string;
}

/** The account as the gateway's own books have it, and when other hands changed it. */
export class Truth {
  /** permIds of orders under our client id that the bridge has not sent. */
  readonly strays = new Set<number>();
  readonly sent = new Map<string, SentOrder>();
  /** When the position was last changed by what no order of ours did; -Infinity before. */
  otherHandsMs = Number.NEGATIVE_INFINITY;
  /** When the gateway's last true word on a position reached the bridge; -Infinity before. */
  toldMs = Number.NEGATIVE_INFINITY;
  /** When the bridge has last asked the gateway to cancel an order since it placed it, by the order's id. */
  readonly cancelAskedMs = new Map<number, number>();
  private executionsSeen = 0;
  private ownContracts = 0;
  private startContracts = 0;

  constructor(
    private readonly world: World,
    readonly gateway: RunningGateway,
    private readonly account: string,
  ) {
    this.startContracts = this.totalContracts();
  }

  /** Signed contracts held of one contract, by its exchange symbol. */
  position(localSymbol: string): number {
    for (const { contract, quantity } of this.positions()) if (contract.localSymbol === localSymbol) return quantity;
    return 0;
  }

  positions() {
    return this.gateway.ledger.accounts.get(this.account)!.positions.values();
  }

  executions(): readonly Execution[] {
    return this.gateway.ledger.executions;
  }

  liveOrders(): Order[] {
    return this.liveUnderOurId().filter(({ permId }) => !this.strays.has(permId));
  }

  /** To be called with what arrives at the bridge: a word on the position that is still true counts. */
  told(bytes: Buffer): void {
    for (const { localSymbol, contracts } of positionsIn(bytes))
      if (contracts === this.position(localSymbol)) this.toldMs = this.world.nowMs;
  }

  /** Those of others under our client id as well. */
  liveUnderOurId(): Order[] {
    return [...this.gateway.ledger.orders.values()].filter((order) => order.clientId === CLIENT_ID && isLive(order));
  }

  /** Contracts that our live orders of a side may still fill, one order left out. */
  openContracts(localSymbol: string, side: 'BUY' | 'SELL', without?: Order): number {
    return this.liveOrders()
      .filter((order) => order !== without && order.side === side && order.contract.localSymbol === localSymbol)
      .reduce((sum, order) => sum + remainingOf(order), 0);
  }

  /** To be called after every event. @returns whether executions came */
  look(): boolean {
    const executions = this.executions();
    const isNew = executions.length !== this.executionsSeen;
    for (; this.executionsSeen < executions.length; this.executionsSeen++) {
      const { side, shares, clientId, execId, permId } = executions[this.executionsSeen]!;
      const isOwnFill = clientId === CLIENT_ID && execId.endsWith('.01') && !this.strays.has(permId);
      if (isOwnFill) this.ownContracts += side === 'BUY' ? shares : -shares;
    }
    // Whatever the books hold beyond our own fills came from other hands, corrections included.
    const other = this.totalContracts() - this.ownContracts;
    if (other !== this.startContracts) {
      this.startContracts = other;
      this.otherHandsMs = this.world.nowMs;
    }
    return isNew;
  }

  private totalContracts(): number {
    let sum = 0;
    for (const { quantity } of this.positions()) sum += quantity;
    return sum;
  }
}
