import type { EntryOf, JournalEntry } from './journal-line.js';
import type { OrderJournal } from './order-journal.js';
import type { Order, OrderLedger } from './order-ledger.js';

const RETRY_MS = 500;

/**
 * The journal as the rest of the bridge uses it. What the gateway reports must not be lost because the disk is full:
 * such entries wait here, in order, until the disk takes them, and trading is halted meanwhile.
 */
export class JournalQueue {
  private readonly waiting: { entry: JournalEntry; durable: boolean }[] = [];
  private timer: NodeJS.Timeout | undefined;
  private inTrouble = false;

  /** Told what a line has made of an order, once it is written. */
  onOrderChange: (before: Order, after: Order) => void = () => {};

  /** @param onTrouble told when the disk refuses (error) and when everything has been written after all (null) */
  constructor(
    readonly journal: OrderJournal,
    private readonly onTrouble: (error: Error | null) => void,
  ) {}

  get ledger(): OrderLedger {
    return this.journal.ledger;
  }

  /** Lines that the disk has not taken yet. */
  get linesWaiting(): number {
    return this.waiting.length;
  }

  /** An intent must be on disk before its order is sent. @returns false where the disk refuses: then it did not happen */
  intend(entry: EntryOf<'intent'>): boolean {
    if (this.waiting.length > 0) return false;
    try {
      this.journal.append(entry, true);
      return true;
    } catch {
      // Waits for the disk like any other line, so that the trouble is told, and its end.
      this.append({ kind: 'not-sent', orderRef: entry.orderRef, reason: 'its intent could not be written' });
      return false;
    }
  }

  /** For what has happened already and only has to be remembered. */
  append(entry: JournalEntry, durable = true): void {
    this.waiting.push({ entry, durable });
    if (this.timer === undefined) this.drain();
  }

  /** Begins the file of a new trade date, unless the disk refuses: then it is tried again at the next call. */
  startTradeDate(tradeDate: string, markPrice: number | null): void {
    if (this.waiting.length > 0) return;
    this.attempt(() => this.journal.startTradeDate(tradeDate, markPrice));
  }

  /** Tries once more and closes; what still waits is lost and said so by the return value. */
  close(): number {
    clearTimeout(this.timer);
    this.drain();
    clearTimeout(this.timer);
    this.journal.close();
    return this.waiting.length;
  }

  private drain(): void {
    this.timer = undefined;
    const isDrained = this.attempt(() => {
      while (this.waiting.length > 0) {
        const { entry, durable } = this.waiting[0]!;
        this.write(entry, durable);
        this.waiting.shift();
      }
    });
    if (!isDrained) this.timer = setTimeout(() => this.drain(), RETRY_MS);
  }

  private write(entry: JournalEntry, durable: boolean): void {
    const orderRef = 'orderRef' in entry ? entry.orderRef : null;
    const before = orderRef === null ? undefined : this.ledger.order(orderRef);
    this.journal.append(entry, durable);
    if (before) this.onOrderChange(before, this.ledger.order(before.orderRef)!);
  }

  /** @returns whether the disk took it; its refusal, and the end of that, are told */
  private attempt(write: () => void): boolean {
    try {
      write();
    } catch (error) {
      this.inTrouble = true;
      this.onTrouble(error as Error);
      return false;
    }
    if (this.inTrouble) {
      this.inTrouble = false;
      this.onTrouble(null);
    }
    return true;
  }
}
