import { randomUUID } from 'node:crypto';
import type { EntryOf } from '../../shared/contract/order-journal.js';
import type { OrderEncoder } from '../connection/order-encoder.js';
import type { PreparedOrder } from '../connection/prepared-order.js';
import type { JournalQueue } from './journal-queue.js';
import type { OrderAsk } from './order-ask.js';

/** What the next order will be sent under. */
export interface OrderSlot {
  readonly orderRef: string;
  readonly orderId: number;
  readonly contractsMax: number;
  /** Market ms until which an order may leave from it. */
  readonly untilMs: number;
  readonly message: PreparedOrder;
  /** Only then may an order leave ahead of its intent. */
  isOnDisk: boolean;
}

/**
 * The slot of this process, one at most: a line of the journal that is on disk before the order is decided, so that the order need
 * not wait for the disk. Nothing has been sent from it; once something is, it is a slot no more. An order takes its reference and
 * id also where it cannot leave ahead of its intent, so that ids at the gateway only grow.
 */
export class OrderSlots {
  private slot: OrderSlot | null = null;

  constructor(private readonly journal: JournalQueue) {}

  get isOpen(): boolean {
    return this.slot !== null;
  }

  /** @param orderId above every one that was used. @returns whether it is open: nothing is written where it cannot be */
  open(orderId: number, contractsMax: number, untilMs: number, encoder: OrderEncoder): boolean {
    const orderRef = randomUUID();
    const message = encoder.prepare(orderId, orderRef);
    if (message === null) return false;
    const slot: OrderSlot = { orderRef, orderId, contractsMax, untilMs, message, isOnDisk: false };
    const entry: EntryOf<'slot'> = {
      ...{ kind: 'slot', orderRef, orderId, contractsMax },
      until: new Date(untilMs).toISOString(),
    };
    const onDisk = () => {
      slot.isOnDisk = true;
    };
    if (!this.journal.openSlot(entry, onDisk)) return false;
    this.slot = slot;
    return true;
  }

  /** The slot, for the one order that takes it; null where there is none. */
  take(): OrderSlot | null {
    const { slot } = this;
    this.slot = null;
    return slot;
  }

  /** Walks what `take` is for, without effect: see `Rehearsal`. */
  rehearse(limitPrice: number): void {
    this.slot?.message.fill('BUY', 1, 'LMT', limitPrice);
  }

  /** Writes down that nothing was sent from it. */
  void(reason: string): void {
    const slot = this.take();
    if (slot) this.journal.append({ kind: 'not-sent', orderRef: slot.orderRef, reason }, 'soon');
  }

  /** It was meant for the time until then. */
  voidIfOver(marketMs: number): void {
    if (this.slot && marketMs >= this.slot.untilMs) this.void('its time is over');
  }
}

/** Whether an order may leave from a slot before its intent is on disk. One that closes has time to wait, and what it is for must be known. */
export function mayLeaveAhead(
  { isOnDisk, contractsMax, untilMs }: OrderSlot,
  ask: OrderAsk,
  marketMs: number,
): boolean {
  return isOnDisk && ask.purpose === 'decision' && ask.contracts <= contractsMax && marketMs < untilMs;
}
