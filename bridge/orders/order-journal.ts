import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { MarketClock } from '../../shared/clock/market-clock.js';
import { replaceFile } from '../../shared/disk/replace-file.js';
import { BadInput } from '../../shared/failure.js';
import { AppendLog } from '../disk/append-log.js';
import { entryOf, type JournalEntry, journalLine } from './journal-line.js';
import { OrderLedger } from './order-ledger.js';

/**
 * `broker/journal/<account>-<contract>/orders-<trade date>.jsonl` and the ledger that its lines add up to. A line is on disk before the
 * ledger knows it, and the ledger changes in no other way: what is in memory is what a restart will find.
 */
export class OrderJournal {
  private constructor(
    private readonly folder: string,
    private readonly clock: MarketClock,
    private log: AppendLog,
    private tradeDate: string,
    private lines: number,
    private book: OrderLedger,
  ) {}

  /** Reads the newest file, or begins the first one. @throws BadInput when a line is none of ours */
  static open(folder: string, clock: MarketClock, tradeDate: string): OrderJournal {
    const newest = journalDates(folder).at(-1);
    const log = AppendLog.open(path.join(folder, journalFile(newest ?? tradeDate)));
    const ledger = new OrderLedger();
    const found = log.read();
    found.forEach((value, index) => {
      const parsed = journalLine.safeParse(value);
      if (!parsed.success)
        throw new BadInput(
          log.file,
          `line ${index + 1}`,
          parsed.error.issues[0]!.message,
          'move the file aside only after the position at the broker is known to be flat',
        );
      ledger.apply(entryOf(parsed.data));
    });
    const journal = new OrderJournal(folder, clock, log, newest ?? tradeDate, found.length, ledger);
    if (found.length === 0) journal.append(journal.carry(null));
    return journal;
  }

  /** True before anything was ever traded: only then may an existing position be taken over as it is. */
  get isFresh(): boolean {
    return this.book.isUntouched && journalDates(this.folder).length === 1;
  }

  get ledger(): OrderLedger {
    return this.book;
  }

  /** @param durable also wait for the disk: for whatever must not be forgotten. @throws the system error */
  append(entry: JournalEntry, durable = true): void {
    const n = this.lines + 1;
    this.log.append(this.stamped(entry, n), durable);
    this.lines = n;
    this.book.apply(entry);
  }

  /**
   * Begins the file of a new trade date, while no order is live. Its first line carries what must be known, so the file
   * appears with that line or not at all. @throws the system error: then the old file is still the one in use
   */
  startTradeDate(tradeDate: string, markPrice: number | null): void {
    if (tradeDate === this.tradeDate || this.book.live().length > 0) return;
    const carry = { ...this.carry(markPrice), tradeDate };
    const file = path.join(this.folder, journalFile(tradeDate));
    replaceFile(file, `${JSON.stringify(this.stamped(carry, 1))}\n`);
    const old = this.log;
    this.log = AppendLog.open(file);
    this.tradeDate = tradeDate;
    this.lines = 1;
    this.book = new OrderLedger();
    this.book.apply(carry);
    old.close();
  }

  close(): void {
    this.log.close();
  }

  private stamped(entry: JournalEntry, n: number): object {
    const marketTime = new Date(this.clock.nowMs()).toISOString();
    return { v: 1, n, ...entry, marketTime, wallTime: new Date().toISOString() };
  }

  private carry(markPrice: number | null): JournalEntry & { kind: 'carry' } {
    const { ledger } = this;
    return {
      kind: 'carry',
      tradeDate: this.tradeDate,
      positionContracts: ledger.positionContracts,
      markPrice,
      highestOrderId: ledger.highestOrderId,
      executions: ledger.executions.ofToday().map(({ execId, orderRef, side, contracts, price, permId }) => ({
        ...{ execId, orderRef, side, contracts, price, permId },
      })),
      haltReasons: Object.fromEntries(ledger.haltReasons),
    };
  }
}

export function journalFile(tradeDate: string): string {
  return `orders-${tradeDate}.jsonl`;
}

/** Trade dates that have a journal, oldest first. */
export function journalDates(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map((file) => /^orders-(\d{4}-\d\d-\d\d)\.jsonl$/.exec(file)?.[1])
    .filter((date) => date !== undefined)
    .sort();
}
