import type { EntryOf, JournalEntry, OrderSide } from '../../shared/contract/order-journal.js';
import { Executions, signedContracts } from './executions.js';
import { FOREIGN_EXECUTION, foreignReason, isForeign } from './foreign-execution.js';
import { comesBack, isFinal, isLive, nextState, type OrderEvent, type OrderState, saysOver } from './order-state.js';

/** Halts that also close the position; which of them still have to is on record. */
export const CLOSING_HALTS: ReadonlySet<string> = new Set(['flatten', 'daily-loss']);

/** An order as the journal knows it. */
export interface Order extends Readonly<Omit<EntryOf<'intent'>, 'kind' | 'side'>> {
  /** Null: of a slot whose intent was lost. It may have been sent to either side, and is as large as the slot allowed. */
  readonly side: OrderSide | null;
  readonly state: OrderState;
  /** Contracts of the executions that count: statuses only claim. */
  readonly filled: number;
  /** The most that any status claimed; exposure until the executions say the same, or a reconciliation settles it. */
  readonly reportedFilled: number;
  /** The gateway called it filled or cancelled: what is reported as filled is all that will be. */
  readonly isOver: boolean;
  /** We asked for its end ourselves. */
  readonly cancelAsked: boolean;
  /** The gateway refused it, in its words; null where it did not. */
  readonly refusal: string | null;
  /** The newest thing that the gateway said of it without refusing it, such as until when it is held; null for nothing. */
  readonly warning: string | null;
  /** More than one: a modification in flight during a lost link has left two live orders. Empty until acknowledged. */
  readonly permIds: readonly number[];
}

/** What an execution says of an order that is not filled by it. */
const WORKS = { kind: 'status', status: 'Submitted', isWhole: false } as const;

/** Of an order of which nothing has been heard. */
const UNTOLD = { filled: 0, reportedFilled: 0, isOver: false, cancelAsked: false, refusal: null, warning: null };

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
  /** Halts that follow from a line, and have no line of their own yet: the process ended between the two. */
  private readonly haltedSince = new Map<string, string>();
  private readonly owedHalts = new Set<string>();
  private readonly closing = new Set<string>();
  /** Contracts after every change, oldest first: what was carried into the trade date, then one for each execution. */
  private readonly positions = [0];
  private openSlot: EntryOf<'slot'> | null = null;
  private tookPosition = false;
  private highestId = 0;
  private startPosition = 0;
  private startMark: number | null = null;
  private lastFillPrice: number | null = null;
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
      case 'slot':
        this.openSlot = entry;
        this.highestId = Math.max(this.highestId, entry.orderId);
        return;
      case 'not-sent':
        this.closeSlot(entry.orderRef);
        this.step(entry.orderRef, { kind: 'not-sent' });
        return;
      case 'sent':
        this.step(entry.orderRef, { kind: entry.kind });
        return;
      case 'rejected':
        this.change(entry.orderRef, { refusal: `${entry.code} ${entry.text}` });
        this.step(entry.orderRef, { kind: 'rejected' });
        return;
      case 'cancel':
        this.change(entry.orderRef, { cancelAsked: true });
        this.step(entry.orderRef, { kind: 'cancel-asked' });
        return;
      case 'status':
        this.status(entry);
        return;
      case 'fill':
        this.fill(entry);
        return;
      case 'bust':
        this.bust(entry);
        return;
      case 'commission':
        this.executions.charge(entry);
        return;
      case 'link-lost':
        this.doubtSlot();
        for (const order of this.live()) this.step(order.orderRef, { kind: 'link-lost' });
        return;
      case 'settled':
        this.settle(entry);
        return;
      case 'position':
        this.take(entry);
        return;
      case 'mark':
        this.startMark ??= entry.price;
        return;
      case 'halt':
        this.halts.set(entry.code, entry.reason);
        if (entry.since !== undefined) this.haltedSince.set(entry.code, entry.since);
        this.owedHalts.delete(entry.code);
        if (CLOSING_HALTS.has(entry.code)) this.closing.add(entry.code);
        return;
      case 'flat':
        this.closing.clear();
        return;
      case 'resume':
        this.halts.delete(entry.code);
        this.haltedSince.delete(entry.code);
        this.owedHalts.delete(entry.code);
        this.closing.delete(entry.code);
        return;
      case 'warning':
        this.change(entry.orderRef, { warning: `${entry.code} ${entry.text}` });
        return;
    }
  }

  get positionContracts(): number {
    return this.positions.at(-1)!;
  }
  /** Reserved for the next order, of which no line says that it was sent. One at most. */
  get slot(): EntryOf<'slot'> | null {
    return this.openSlot;
  }
  /** How often it has changed. */
  get positionChanges(): number {
    return this.positions.length - 1;
  }
  /** What it was at that change, and all that it has been since. */
  positionsSince(change: number): readonly number[] {
    return this.positions.slice(change);
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
  /** Wall time; null where the line does not tell. */
  haltSince(haltCode: string): string | null {
    return this.haltedSince.get(haltCode) ?? null;
  }
  isOwed(haltCode: string): boolean {
    return this.owedHalts.has(haltCode);
  }
  /** Halts that asked for the position to be closed, and have not seen it flat since. */
  get closingCodes(): ReadonlySet<string> {
    return this.closing;
  }
  /** A position was carried into the trade date, and nothing says at which price the day began for it. */
  get lacksMark(): boolean {
    return this.startPosition !== 0 && this.startMark === null;
  }
  /** Points: of the last execution, else what the trade date began with; null where nothing is known. */
  get lastPrice(): number | null {
    return this.lastFillPrice ?? this.startMark;
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
  /** Those that are over, as the next trade date begins with them, in the order in which they were sent. */
  ended(): NonNullable<EntryOf<'carry'>['orders']> {
    return this.all().flatMap(
      ({ state, permIds, filled, reportedFilled, isOver, cancelAsked, refusal, warning, ...terms }) =>
        isFinal(state) ? [{ ...terms, state, permIds: [...permIds] }] : [],
    );
  }

  /** Contracts that live orders of a side may still fill. */
  openContracts(side: OrderSide): number {
    return this.live().reduce((sum, order) => (order.side !== otherSide(side) ? sum + openContractsOf(order) : sum), 0);
  }

  /** Whether executions that live orders may still bring make such a position of one of these. */
  mayReach(contracts: number, from: readonly number[] = [this.positionContracts]): boolean {
    return (
      contracts <= Math.max(...from) + this.openContracts('BUY') &&
      contracts >= Math.min(...from) - this.openContracts('SELL')
    );
  }

  /**
   * Profit since the trade date began, commissions deducted, in currency. The position carried into the day counts from
   * the mark on record; NaN while there is none.
   */
  pnlToday(mid: number, multiplier: number): number {
    const start = this.startPosition === 0 ? 0 : this.startPosition * (this.startMark ?? Number.NaN);
    // Flat, no price is needed to know what the day has brought.
    const held = this.positionContracts === 0 ? 0 : this.positionContracts * mid;
    return (this.cash + held - start) * multiplier - this.executions.commissions();
  }

  private begin(carried: EntryOf<'carry'>): void {
    const {
      positionContracts,
      highestOrderId,
      executions,
      haltReasons,
      markPrice,
      closing = [],
      orders = [],
    } = carried;
    this.positions.splice(0, this.positions.length, positionContracts);
    this.startPosition = positionContracts;
    this.startMark = markPrice;
    this.cash = 0;
    this.highestId = Math.max(this.highestId, highestOrderId);
    for (const execution of executions) this.executions.carry(execution);
    for (const { state, permIds, ...terms } of orders) {
      const filled = this.executions.contractsOf(terms.orderRef);
      this.remember({ ...terms, ...UNTOLD, filled, reportedFilled: filled, isOver: true, permIds, state });
      this.refByOrderId.set(terms.orderId, terms.orderRef);
    }
    for (const [code, reason] of Object.entries(haltReasons)) this.halts.set(code, reason);
    for (const code of closing) this.closing.add(code);
  }

  /** What an order of a slot is may come to light after all else: then nothing that is known of it is forgotten. */
  private intend({ kind: _, ...terms }: EntryOf<'intent'>): void {
    this.closeSlot(terms.orderRef);
    const known = this.byRef.get(terms.orderRef);
    if (known) {
      this.remember({ ...known, ...terms });
      this.countFilled(terms.orderRef);
      return;
    }
    this.know(terms, 'intended');
  }

  private know(order: Omit<EntryOf<'intent'>, 'kind' | 'side'> & Pick<Order, 'side'>, state: OrderState): void {
    this.remember({ ...order, ...UNTOLD, permIds: [], state });
    this.refByOrderId.set(order.orderId, order.orderRef);
    this.highestId = Math.max(this.highestId, order.orderId);
  }

  private closeSlot(orderRef: string): void {
    if (this.openSlot?.orderRef === orderRef) this.openSlot = null;
  }

  /** Nobody who could know is there any more: an order may have left from it. */
  private doubtSlot(): void {
    if (this.openSlot === null) return;
    const { orderRef, orderId, contractsMax: contracts } = this.openSlot;
    this.openSlot = null;
    const untold = {
      orderType: 'LMT',
      limitPrice: null,
      purpose: 'decision',
      modelVersion: null,
      eventSeq: null,
    } as const;
    this.know({ orderRef, orderId, side: null, contracts, ...untold }, 'unknown');
  }

  /** Adds what is claimed to what is known; a word that the order lives ends an earlier one that it is over. */
  private status({ orderRef, permId, status, filled }: EntryOf<'status'>): void {
    this.rememberPermId(orderRef, permId);
    const order = this.byRef.get(orderRef);
    if (!order) return;
    const reportedFilled = Math.max(order.reportedFilled, filled, status === 'Filled' ? order.contracts : 0);
    const isWhole = reportedFilled >= order.contracts;
    const isOver = saysOver(status) || (order.isOver && !comesBack(order.state, status, isWhole));
    const refusal = order.refusal ?? (status === 'Inactive' && isLive(order.state) ? status : null);
    this.remember({ ...order, reportedFilled, isOver, refusal });
    this.step(orderRef, { kind: 'status', status, executionsMissing: reportedFilled > order.filled, isWhole });
  }

  private fill(fill: EntryOf<'fill'>): void {
    const verdict = this.executions.judge(fill.execId);
    if (verdict.kind === 'duplicate') return;
    const earlier = verdict.kind === 'correction' ? this.executions.find(verdict.corrects) : undefined;
    const replaced = earlier ? signedContracts(earlier) : 0;
    this.move(signedContracts(fill) - replaced);
    this.cash -= signedContracts(fill) * fill.price - replaced * (earlier?.price ?? 0);
    this.lastFillPrice = fill.price;
    this.executions.count(fill);
    if (isForeign(fill)) this.oweHalt(FOREIGN_EXECUTION, foreignReason(fill.execId));
    if (fill.orderRef !== null) {
      this.rememberPermId(fill.orderRef, fill.permId);
      this.countFilled(fill.orderRef);
    }
    if (fill.isOwn || this.byRef.get(fill.orderRef ?? '')?.purpose === 'decision') this.closeWhatCameLate();
  }

  private oweHalt(code: string, reason: string): void {
    if (this.halts.has(code)) return;
    this.halts.set(code, reason);
    this.owedHalts.add(code);
  }

  /** What an order of ours still brings after the position was seen flat under such a halt has to be closed as well. */
  private closeWhatCameLate(): void {
    if (this.positionContracts === 0) return;
    for (const code of this.halts.keys()) if (CLOSING_HALTS.has(code)) this.closing.add(code);
  }

  /** As a correction to no contracts; also where the execution itself was never told, so that it is not counted later. */
  private bust({ execId }: EntryOf<'bust'>): void {
    const verdict = this.executions.judge(execId);
    if (verdict.kind === 'duplicate') return;
    const earlier = verdict.kind === 'correction' ? this.executions.find(verdict.corrects) : undefined;
    const unknown = { orderRef: null, permId: 0, side: 'BUY', price: 0 } as const;
    if (earlier) {
      this.move(-signedContracts(earlier));
      this.cash += signedContracts(earlier) * earlier.price;
    }
    this.executions.count({ ...(earlier ?? unknown), execId, contracts: 0 });
    if (!earlier || earlier.orderRef === null) return;
    // The claim of that fill is void as well, where there was one: its status may still be on its way.
    const order = this.byRef.get(earlier.orderRef);
    if (order) this.remember({ ...order, reportedFilled: Math.max(0, order.reportedFilled - earlier.contracts) });
    this.countFilled(earlier.orderRef);
  }

  /** What the executions of an order now add up to, and what that makes of it. */
  private countFilled(orderRef: string): void {
    const order = this.byRef.get(orderRef);
    if (!order) return;
    const filled = this.executions.contractsOf(orderRef);
    this.remember({ ...order, filled });
    if (filled >= order.contracts) this.step(orderRef, { kind: 'filled-completely' });
    else if (order.state === 'filled') this.step(orderRef, { kind: 'fill-undone' });
    else if (order.isOver && filled >= order.reportedFilled) this.step(orderRef, { kind: 'executions-complete' });
    else if (!isFinal(order.state) && order.state !== 'filling')
      this.step(orderRef, { ...WORKS, executionsMissing: order.reportedFilled > filled });
  }

  /** The gateway's own truth about an order; claims that did not come true are void. */
  private settle({ orderRef, outcome, permId }: EntryOf<'settled'>): void {
    if (permId !== null) this.rememberPermId(orderRef, permId);
    this.step(orderRef, { kind: 'settled', outcome });
    const order = this.byRef.get(orderRef);
    if (order) this.remember({ ...order, reportedFilled: order.filled, isOver: isFinal(order.state) });
  }

  private take({ positionContracts, price }: EntryOf<'position'>): void {
    const added = positionContracts - this.positionContracts;
    this.move(added);
    this.tookPosition = true;
    if (price == null) this.startPosition += added;
    else this.cash -= added * price;
  }

  private move(contracts: number): void {
    this.positions.push(this.positionContracts + contracts);
  }

  private step(orderRef: string, event: OrderEvent): void {
    const order = this.byRef.get(orderRef);
    if (order) this.remember({ ...order, state: nextState(order.state, event) });
  }

  private change(orderRef: string, changes: Partial<Order>): void {
    const order = this.byRef.get(orderRef);
    if (order) this.remember({ ...order, ...changes });
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

const otherSide = (side: OrderSide): OrderSide => (side === 'BUY' ? 'SELL' : 'BUY');

/** Contracts that an order may still add: all that is not filled, or what it was told to have filled before it ended. */
export function openContractsOf({ isOver, contracts, reportedFilled, filled }: Order): number {
  return Math.max(0, (isOver ? reportedFilled : contracts) - filled);
}
