import { setTimeout as sleep } from 'node:timers/promises';
import {
  checkEntry,
  type EntryOf,
  type JournalEntry,
  JournalLineInvalid,
} from '../../shared/contract/order-journal.js';
import { isDiskFull } from '../../shared/node/disk/disk-full.js';
import { BEHIND_MS } from '../behind-orders.js';
import { type DiskReserve, RESERVE_BYTES } from '../disk/disk-reserve.js';
import type { LineStamp, OrderJournal } from './order-journal.js';
import type { Order, OrderLedger } from './order-ledger.js';

const RETRY_MS = 500;

export interface JournalEvents {
  /** The disk refuses (error); everything has been written after all, and there is room in reserve again (null). */
  readonly onTrouble: (error: Error | null) => void;
  /** Not written, and never will be: the next start could not read such a line. */
  readonly onInvalid: (entry: JournalEntry, error: JournalLineInvalid) => void;
  /** The clock is at a trade date before that of the journal, which stays where it is. Told again and again. */
  readonly onClockBehind: (clockDate: string, journalDate: string) => void;
}

/**
 * When the disk has a line. now: before the call returns. soon: a moment later, without waiting for it. later: with whatever
 * is next. A process that is killed loses none of them; a power cut may take what the gateway tells again.
 */
export type Durability = 'now' | 'soon' | 'later';

interface Waiting {
  readonly entry: JournalEntry;
  readonly durability: Durability;
  /** Of what has left before its line is written: the ledger has it already. When it left. */
  readonly left?: LineStamp;
}

/** Bytes of the reserve that are left for others: a decision gets none, closing a position gets it all. */
const KEEP_BYTES = { decision: RESERVE_BYTES, report: RESERVE_BYTES / 2, closing: 0 } as const;

/**
 * The journal as the rest of the bridge uses it. What the gateway reports must not be lost because the disk is full:
 * such entries are written into the reserve, or wait here, in order, until the disk takes them; trading is halted
 * meanwhile. An order that closes the position goes out even then.
 */
export class JournalQueue {
  private readonly waiting: Waiting[] = [];
  /** Of an order that has just left. Written in a moment, or before anybody looks. */
  private behind: Waiting[] = [];
  private behindTimer: NodeJS.Timeout | undefined;
  private timer: NodeJS.Timeout | undefined;
  private trouble: Error | null = null;
  private isWriting = false;
  private isDateRefused = false;
  /** Called once the disk has all that was written before. */
  private whenOnDisk: (() => void)[] = [];
  private isFlushWanted = false;
  private isFlushing = false;
  private isFlushRefused = false;
  private isClosed = false;

  /** Told what a line has made of an order, once it is written. */
  onOrderChange: (before: Order, after: Order) => void = () => {};

  constructor(
    readonly journal: OrderJournal,
    private readonly reserve: DiskReserve,
    private readonly events: JournalEvents,
  ) {}

  /** Sees to it that there is a reserve. */
  start(): void {
    this.drain();
  }

  get ledger(): OrderLedger {
    this.writeBehind();
    return this.journal.ledger;
  }

  /** Lines that the disk has not taken yet. */
  get linesWaiting(): number {
    return this.waiting.length;
  }

  /** An intent must be on disk before its order is sent. @returns false where the disk refuses: then it did not happen */
  intend(entry: EntryOf<'intent'>): boolean {
    this.writeBehind();
    if (!this.isValid(entry)) return false;
    const isClosing = entry.purpose === 'flatten';
    if (this.waiting.length > 0 && !isClosing) return this.notIntended(entry);
    const intent = { entry, durability: 'now' } as const;
    const isWritten = this.attempt(() => {
      if (isClosing) this.writeWaiting('closing');
      this.write(intent, isClosing ? 'closing' : 'decision');
    });
    // Waits for the disk like any other line, so that the trouble is told, and its end.
    if (!isWritten) return this.notIntended(entry);
    this.drainUnlessItWaits();
    return true;
  }

  /** Also the end of the slot that it took. */
  private notIntended({ orderRef }: EntryOf<'intent'>): false {
    // One that is tried again and again while the disk refuses leaves one line, not thousands.
    if (this.waiting.length === 0 || this.journal.ledger.slot?.orderRef === orderRef)
      this.append({ kind: 'not-sent', orderRef, reason: 'its intent could not be written' });
    return false;
  }

  /**
   * Writes a slot down, without waiting for the disk. @param onDisk called once an order may leave from it
   * @returns false where the disk refuses, or has not taken all that came before: then there is none
   */
  openSlot(entry: EntryOf<'slot'>, onDisk: () => void): boolean {
    this.writeBehind();
    if (this.waiting.length > 0 || this.isWriting || !this.isValid(entry)) return false;
    const isWritten = this.attempt(() => this.write({ entry, durability: 'later' }, 'decision'));
    if (isWritten) this.flushSoon(onDisk);
    else this.drainUnlessItWaits();
    return isWritten;
  }

  /** For what has happened already and only has to be remembered. @returns false where it says nothing that can be */
  append(entry: JournalEntry, durability: Durability = 'now'): boolean {
    this.writeBehind();
    if (this.isClosed || !this.isValid(entry)) return false;
    this.waiting.push({ entry, durability });
    this.drainUnlessItWaits();
    return true;
  }

  /** What follows an order that has left from its slot: nobody can tell that it is not written in this very call. */
  appendBehind(entries: readonly Pick<Waiting, 'entry' | 'durability'>[]): void {
    const left = this.journal.stampNow();
    this.behind.push(...entries.map((one) => ({ ...one, left })));
    this.behindTimer ??= setTimeout(() => this.writeBehind(), BEHIND_MS);
  }

  /** Begins the file of a later trade date, unless the disk refuses: then it is tried again at the next call. */
  startTradeDate(tradeDate: string, markPrice: number | null): void {
    this.writeBehind();
    if (tradeDate < this.journal.date) this.events.onClockBehind(tradeDate, this.journal.date);
    if (this.waiting.length > 0) return;
    this.isDateRefused = !this.attempt(() => this.journal.startTradeDate(tradeDate, markPrice));
    if (this.trouble) this.drainUnlessItWaits();
  }

  /** Tries once more and closes; what still waits is lost and said so by the return value. */
  close(): number {
    this.writeBehind();
    this.isClosed = true;
    clearTimeout(this.timer);
    this.attempt(() => this.writeWaiting('closing'));
    clearTimeout(this.timer);
    this.journal.close();
    this.reserve.close();
    return this.waiting.length;
  }

  private writeBehind(): void {
    if (this.behind.length === 0) return;
    clearTimeout(this.behindTimer);
    this.behindTimer = undefined;
    const entries = this.behind.splice(0).filter(({ entry }) => this.isValid(entry));
    // It has left: it counts also where the disk refuses its lines.
    for (const { entry } of entries) this.journal.know(entry);
    this.waiting.push(...entries);
    this.drainUnlessItWaits();
  }

  private isValid(entry: JournalEntry): boolean {
    try {
      checkEntry(entry);
      return true;
    } catch (error) {
      if (!(error instanceof JournalLineInvalid)) throw error;
      this.events.onInvalid(entry, error);
      return false;
    }
  }

  private drainUnlessItWaits(): void {
    if (this.timer === undefined && !this.isWriting) this.drain();
  }

  /** All that waits; then the reserve is made whole. Until both are done it is tried again and again. */
  private drain(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const isDone = this.attempt(() => {
      this.writeWaiting('report');
      this.reserve.refill();
    });
    if (isDone && !this.isDateRefused && !this.isFlushRefused) this.tell(null);
    if (!isDone) this.timer ??= setTimeout(() => this.drain(), RETRY_MS);
  }

  private writeWaiting(use: keyof typeof KEEP_BYTES): void {
    for (let next = this.waiting[0]; next; next = this.waiting[0]) {
      this.write(next, this.isClosing(next.entry) ? 'closing' : use);
      this.waiting.shift();
    }
  }

  /** @throws the system error where the disk has no room, and the reserve none for this use */
  private write({ entry, durability, left }: Waiting, use: keyof typeof KEEP_BYTES): void {
    const before = 'orderRef' in entry ? this.ledger.order(entry.orderRef ?? '') : undefined;
    for (;;)
      try {
        this.journal.append(entry, durability === 'now' ? 'now' : 'later', left);
        break;
      } catch (error) {
        if (!isDiskFull(error) || !this.reserve.giveBack(KEEP_BYTES[use])) throw error;
        this.tell(error as Error);
      }
    if (durability === 'soon') this.flushSoon();
    if (before && left === undefined) this.onOrderChange(before, this.ledger.order(before.orderRef)!);
  }

  private flushSoon(onDisk?: () => void): void {
    if (onDisk) this.whenOnDisk.push(onDisk);
    this.isFlushWanted = true;
    if (!this.isFlushing) void this.flush();
  }

  /** One wait for the disk at a time, for all that came until it began. */
  private async flush(): Promise<void> {
    this.isFlushing = true;
    while (this.isFlushWanted && !this.isClosed) {
      this.isFlushWanted = false;
      const told = this.whenOnDisk.splice(0);
      try {
        await this.journal.flush();
        if (this.isClosed) break;
        for (const tell of told) tell();
        if (this.isFlushRefused) {
          this.isFlushRefused = false;
          this.drainUnlessItWaits();
        }
      } catch (error) {
        this.whenOnDisk.unshift(...told);
        this.isFlushWanted = true;
        this.isFlushRefused = true;
        this.tell(error as Error);
        await sleep(RETRY_MS);
      }
    }
    this.isFlushing = false;
  }

  /** Whether it belongs to an order that closes the position. */
  private isClosing(entry: JournalEntry): boolean {
    return 'orderRef' in entry && this.ledger.order(entry.orderRef ?? '')?.purpose === 'flatten';
  }

  /** @returns whether the disk took it. What is asked of this queue meanwhile waits for its turn */
  private attempt(write: () => void): boolean {
    this.isWriting = true;
    try {
      write();
      return true;
    } catch (error) {
      this.tell(error as Error);
      return false;
    } finally {
      this.isWriting = false;
    }
  }

  private tell(trouble: Error | null): void {
    if (trouble === null && this.trouble === null) return;
    this.trouble = trouble;
    this.events.onTrouble(trouble);
  }
}
