import { CLIENT_ID } from '../../shared/config/services.js';
import { type Execution, isLive, type Order, remainingOf } from '../../simulator/orders/order.js';
import type { RunningGateway } from '../../simulator/running-gateway.js';
import type { AccountWord } from '../day/messages.js';
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

/** An execution that was not told by then needs a look at the account, with or without other hands. */
const UNTOLD_MS = 5000;
/** What has just arrived at the bridge has not been acted upon yet. */
const HEARD_MS = 50;

/** The account as the gateway's own books have it, and when other hands changed it. */
export class Truth {
  /** permIds of orders under our client id that the bridge has not sent. */
  readonly strays = new Set<number>();
  readonly sent = new Map<string, SentOrder>();
  /** When the position was last changed by what no order of ours did; -Infinity before. */
  otherHandsMs = Number.NEGATIVE_INFINITY;
  /** When the gateway's last true word on a position reached a bridge that could understand it; -Infinity before. */
  toldMs = Number.NEGATIVE_INFINITY;
  /** Whether what the gateway has told last of the position, in this account, was so at that moment. */
  isLastWordTrue = true;
  /** When the gateway has last left an order out of an answer. */
  omittedMs = Number.NEGATIVE_INFINITY;
  /** When the bridge has last asked the gateway to cancel an order since it placed it, by the order's id. */
  readonly cancelAskedMs = new Map<number, number>();
  /** permIds of the orders that the gateway has told of. */
  private readonly shown = new Set<number>();
  /** Until when an order, by its permId, is over for a bridge that was told so; Infinity: it was told nothing else since. */
  private readonly goneUntilMs = new Map<number, number>();
  /** Our executions that the gateway has not told yet, and when they were done: its word on the position cannot be understood. */
  private readonly untold = new Map<string, number>();
  private executionsSeen = 0;
  private ownContracts = 0;
  private startContracts = 0;

  constructor(
    private readonly world: World,
    readonly gateway: RunningGateway,
    private readonly account: string,
  ) {
    this.startContracts = this.totalContracts();
    this.watchReturns();
    gateway.desk.ordained.onOmitted = () => {
      this.omittedMs = world.nowMs;
    };
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

  /** To be called with what arrives at the bridge. */
  told(word: AccountWord): void {
    switch (word.about) {
      case 'execution':
        this.untold.delete(word.execId);
        return;
      case 'order':
        this.toldOfOrder(word);
        return;
      case 'position':
        if (word.account !== this.account) return;
        this.isLastWordTrue = word.contracts === this.position(word.localSymbol);
        if (this.isLastWordTrue && !this.isTelling()) this.toldMs = this.world.nowMs;
    }
  }

  /** An execution of ours may still be on its way to the bridge. */
  private isTelling(): boolean {
    return [...this.untold.values()].some((doneMs) => this.world.nowMs - doneMs < UNTOLD_MS);
  }

  private toldOfOrder({ orderId, isAlive }: Extract<AccountWord, { about: 'order' }>): void {
    const permId = this.gateway.ledger.find(CLIENT_ID, orderId)?.permId;
    if (permId === undefined) return;
    if (isAlive) this.shown.add(permId);
    if (!isAlive) this.goneUntilMs.set(permId, Number.POSITIVE_INFINITY);
    else if (this.goneUntilMs.get(permId) === Number.POSITIVE_INFINITY)
      this.goneUntilMs.set(permId, this.world.nowMs + HEARD_MS);
  }

  /** The gateway has told of an order; one that it has not is asked about, and nothing is known of it until then. */
  isShown({ permId }: Pick<Order, 'permId'>): boolean {
    return this.shown.has(permId);
  }

  /** A bridge that connects anew asks for all open orders, twice: what has come back by then is found. */
  connected(): void {
    for (const { permId } of this.liveUnderOurId()) this.goneUntilMs.delete(permId);
  }

  /** That an order had ended may have been told to nobody, and be known from a look: its return is news all the same. */
  private watchReturns(): void {
    const { lifecycle } = this.gateway.desk;
    const reopen = lifecycle.reopen.bind(lifecycle);
    lifecycle.reopen = (order) => {
      this.goneUntilMs.set(order.permId, Number.POSITIVE_INFINITY);
      reopen(order);
    };
  }

  /** An order that came back to life, and nobody has said so yet. */
  isGoneForTheBridge({ permId }: Pick<Order, 'permId'>, atMs = this.world.nowMs): boolean {
    return (this.goneUntilMs.get(permId) ?? 0) > atMs;
  }

  /** Those of others under our client id as well. */
  liveUnderOurId(): Order[] {
    return [...this.gateway.ledger.orders.values()].filter((order) => order.clientId === CLIENT_ID && isLive(order));
  }

  /** What other hands did to the position has not been told yet, and will be with one of the next two looks at it. */
  isUntold(positionEveryMs: number): boolean {
    return this.otherHandsMs > this.toldMs && this.world.nowMs - this.otherHandsMs < 2 * positionEveryMs + HEARD_MS;
  }

  /** Contracts that our live orders of a side may still fill, by what could be known at a moment, one order left out. */
  openContracts(localSymbol: string, side: 'BUY' | 'SELL', sentMs: number, without?: Order): number {
    return this.liveOrders()
      .filter(
        (order) =>
          order !== without &&
          !this.isGoneForTheBridge(order, sentMs) &&
          order.side === side &&
          order.contract.localSymbol === localSymbol,
      )
      .reduce((sum, order) => sum + remainingOf(order), 0);
  }

  /** To be called after every event. @returns whether executions came */
  look(): boolean {
    const executions = this.executions();
    const isNew = executions.length !== this.executionsSeen;
    for (; this.executionsSeen < executions.length; this.executionsSeen++) {
      const { side, shares, clientId, execId, permId } = executions[this.executionsSeen]!;
      const isOwn = clientId === CLIENT_ID && !this.strays.has(permId);
      // An order that came back without a word is for the bridge what other hands are.
      const isOwnFill = isOwn && execId.endsWith('.01') && !this.isGoneForTheBridge({ permId });
      if (isOwnFill) this.untold.set(execId, this.world.nowMs);
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
