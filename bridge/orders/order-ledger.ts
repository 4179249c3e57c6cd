import { Executions, signedContracts } from './executions.js';
import type { EntryOf, JournalEntry, OrderSide } from './journal-line.js';
import { isFinal, isLive, nextState, type OrderEvent, type OrderState } from './order-state.js';

/** An order as the journal knows it. */
export interface Order extends Readonly<Omit<EntryOf<'intent'>, 'kind'>> {
  readonly state: OrderState;
  /** Contracts of the executions that count: statuses only claim. */
  readonly filled: number;
  /** More than one: a modification in flight during a lost link has left two live orders. Empty until acknowledged. */
  readonly permIds: readonly number[];
}

/**
 * What all lines of the journal add up to, and nothing else: the same lines give the same ledger, live or after a
 * restart. It never asks a clock and never talks to anybody.
 */
export class OrderLedger {
  readonly executions = new Executions();
  private readonly byRef = new Map<string, Order>();
  private readonly refByOrderId = new Map<number, string>();
  /** Of the orders that are live, so that a long day makes no decision slower. */
  private readonly liveRefs = new Set<string>();
  private readonly halts = new Map<string, string>();
  private position = 0;
  private tookPosition = false;
  private highestId = 0;
  private startPosition = 0;
  private startMark: number | null = null;
  /** Points x contracts received less paid, since the trade date began. */
  private cash = 0;

  apply(entry: JournalEntry): void {
    switch (entry.kind) {
      case 'carry':
        this.begin(entry);
        return;
      case 'intent':
        this.intend(entry);
        return;
      case 'sent':
      case 'not-sent':
      case 'rejected':
        this.step(entry.orderRef, { kind: entry.kind });
        return;
      case 'cancel':
        this.step(entry.orderRef, { kind: 'cancel-asked' });
        return;
      case 'status':
        this.rememberPermId(entry.orderRef, entry.permId);
        this.step(entry.orderRef, { kind: 'status', status: entry.status });
        return;
      case 'fill':
        this.fill(entry);
        return;
      case 'commission':
        this.executions.charge(entry);
        return;
      case 'link-lost':
        for (const order of this.live()) this.step(order.orderRef, { kind: 'link-lost' });
        return;
      case 'settled':
        if (entry.permId !== null) this.rememberPermId(entry.orderRef, entry.permId);
        this.step(entry.orderRef, { kind: 'settled', outcome: entry.outcome });
        return;
      case 'position':
        this.startPosition += entry.positionContracts - this.position;
        this.position = entry.positionContracts;
        this.tookPosition = true;
        return;
      case 'halt':
        this.halts.set(entry.code, entry.reason);
        return;
      case 'resume':
        this.halts.delete(entry.code);
        return;
      case 'warning':
        return;
    }
  }

  get positionContracts(): number {
    return this.position;
  }
  /** Nothing was ever sent, executed or taken over. */
  get isUntouched(): boolean {
    return this.byRef.size === 0 && this.executions.all().length === 0 && !this.tookPosition;
  }
  get highestOrderId(): number {
    return this.highestId;
  }
  /** Halts that outlive a restart, by code. */
  get haltReasons(): ReadonlyMap<string, string> {
    return this.halts;
  }

  order(orderRef: string): Order | undefined {
    return this.byRef.get(orderRef);
  }
  /** The order last sent under an id. Ids are used again across days: never an identity on their own. */
  byOrderId(orderId: number): Order | undefined {
    return this.byRef.get(this.refByOrderId.get(orderId) ?? '');
  }
  live(): Order[] {
    return [...this.liveRefs].map((orderRef) => this.byRef.get(orderRef)!);
  }
  all(): Order[] {
    return [...this.byRef.values()];
  }

  /** Contracts that live orders of a side may still fill. */
  openContracts(side: OrderSide): number {
    return this.live().reduce((sum, order) => (order.side === side ? sum + order.contracts - order.filled : sum), 0);
  }

  /**
   * Profit since the trade date began, commissions deducted, in currency. The position carried into the day counts
   * from the day's first known price.
   */
  pnlToday(mid: number, multiplier: number): number {
    const start = this.startMark ?? mid;
    return (this.cash + this.position * mid - this.startPosition * start) * multiplier - this.executions.commissions();
  }

  private begin({ positionContracts, highestOrderId, executions, haltReasons, markPrice }: EntryOf<'carry'>): void {
    this.position = positionContracts;
    this.startPosition = positionContracts;
    this.startMark = markPrice;
    this.cash = 0;
    this.highestId = Math.max(this.highestId, highestOrderId);
    for (const execution of executions) this.executions.carry(execution);
    for (const [code, reason] of Object.entries(haltReasons)) this.halts.set(code, reason);
  }

  private intend({ kind: _, ...order }: EntryOf<'intent'>): void {
    this.remember({ ...order, state: 'intended', filled: 0, permIds: [] });
    this.refByOrderId.set(order.orderId, order.orderRef);
    this.highestId = Math.max(this.highestId, order.orderId);
  }

  private fill(fill: EntryOf<'fill'>): void {
    const verdict = this.executions.judge(fill.execId);
    if (verdict.kind === 'duplicate') return;
    const earlier = verdict.kind === 'correction' ? this.executions.find(verdict.corrects) : undefined;
    const replaced = earlier ? signedContracts(earlier) : 0;
    this.position += signedContracts(fill) - replaced;
    this.cash -= signedContracts(fill) * fill.price - replaced * (earlier?.price ?? 0);
    this.executions.count(fill);
    if (fill.orderRef === null) return;
    this.rememberPermId(fill.orderRef, fill.permId);
    const order = this.byRef.get(fill.orderRef);
    if (!order) return;
    const filled = this.executions.contractsOf(fill.orderRef);
    this.remember({ ...order, filled });
    if (filled >= order.contracts) this.step(fill.orderRef, { kind: 'filled-completely' });
    else if (order.state === 'filled') this.step(fill.orderRef, { kind: 'fill-undone' });
    else if (!isFinal(order.state)) this.step(fill.orderRef, { kind: 'status', status: 'Submitted' });
  }

  private step(orderRef: string, event: OrderEvent): void {
    const order = this.byRef.get(orderRef);
    if (order) this.remember({ ...order, state: nextState(order.state, event) });
  }

  private remember(order: Order): void {
    this.byRef.set(order.orderRef, order);
    if (isLive(order.state)) this.liveRefs.add(order.orderRef);
    else this.liveRefs.delete(order.orderRef);
  }

  private rememberPermId(orderRef: string, permId: number): void {
    const order = this.byRef.get(orderRef);
    if (!order || permId <= 0 || order.permIds.includes(permId)) return;
    this.remember({ ...order, permIds: [...order.permIds, permId] });
  }
}
