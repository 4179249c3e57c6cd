import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import {
  checkEntry,
  entryOf,
  type JournalEntry,
  type JournalLine,
  journalLine,
  ORDER_JOURNAL_VERSION,
  orderJournalFile,
  tradeDateOfOrderJournal,
} from '../../shared/contract/order-journal.js';
import { BadInput, Failure } from '../../shared/failure.js';
import type { MarketClock } from '../../shared/market/clock/market-clock.js';
import { createFile } from '../../shared/node/disk/create-file.js';
import { AppendLog } from '../disk/append-log.js';
import { OrderLedger } from './order-ledger.js';

/** Executions of earlier trade dates that the next file still names: more than a gateway day has. */
const EXECUTIONS_CARRIED = 2000;

export type LineStamp = Pick<JournalLine, 'marketTime' | 'wallTime'>;

/** Orders of earlier trade dates that the next file still names: the gateway may come back to the last ones. */
const ORDERS_CARRIED = 200;

/**
 * `broker/journal/<account>-<contract>/orders-<trade date>.jsonl` and the ledger that its lines add up to. A line is written before the
 * ledger knows it, and the ledger changes in no other way, but for an order that has left from its slot: that is known at once, whatever the
 * disk says. What is in memory is what a restart will find; after a power cut, less the lines that nobody waited for.
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

  /**
   * Reads the newest file, or begins the first one: what is known comes from the newest date, whatever the clock says.
   * @throws BadInput when a line is none of ours
   */
  static open(folder: string, clock: MarketClock, tradeDate: string): OrderJournal {
    const newest = journalDates(folder).at(-1);
    const log = AppendLog.open(path.join(folder, orderJournalFile(newest ?? tradeDate)));
    try {
      const { ledger, lines } = readLedger(log, journalDates(folder).length === 1);
      const journal = new OrderJournal(folder, clock, log, newest ?? tradeDate, lines, ledger);
      if (lines === 0) journal.append(journal.carry(null));
      return journal;
    } catch (error) {
      log.close();
      throw error;
    }
  }

  /** Of the file in use: never earlier than it was before. */
  get date(): string {
    return this.tradeDate;
  }

  /** True before anything was ever traded: only then may an existing position be taken over as it is. */
  get isFresh(): boolean {
    return this.book.isUntouched && journalDates(this.folder).length === 1;
  }

  get ledger(): OrderLedger {
    return this.book;
  }

  /**
   * @param wait for the disk: now, or by the next `flush`
   * @param left when it happened, of what is known already
   * @throws JournalLineInvalid where the next start could not read the line; the system error where the disk refuses it
   */
  append(entry: JournalEntry, wait: 'now' | 'later' = 'now', left?: LineStamp): void {
    checkEntry(entry);
    const n = this.lines + 1;
    this.log.append(this.stamped(entry, n, left), wait);
    this.lines = n;
    if (left === undefined) this.book.apply(entry);
  }

  /** What has left before its line is written: the one thing that a restart may have to ask the gateway about. */
  know(entry: JournalEntry): void {
    this.book.apply(entry);
  }

  /**
   * Begins the file of a later trade date, while no order is live and no slot is open; a date that is not later begins nothing. Its first line
   * carries what must be known, so the file appears with that line or not at all, and never in the place of another.
   * @throws JournalExists, or the system error: then the old file is still the one in use
   */
  startTradeDate(tradeDate: string, markPrice: number | null): void {
    if (tradeDate <= this.tradeDate || this.book.live().length > 0 || this.book.slot !== null) return;
    // Without a price of now, the last one on record: a loss over the turn must not read as nothing.
    const carry = { ...this.carry(markPrice ?? this.book.lastPrice), tradeDate };
    checkEntry(carry);
    const file = path.join(this.folder, orderJournalFile(tradeDate));
    if (!createFile(file, `${JSON.stringify(this.stamped(carry, 1))}\n`)) throw journalExists(file);
    const old = this.log;
    this.log = AppendLog.open(file);
    this.tradeDate = tradeDate;
    this.lines = 1;
    this.book = new OrderLedger();
    this.book.apply(carry);
    old.close();
  }

  /** Until the disk has every line so far. @throws the system error: then the same lines are tried again by the next call */
  flush(): Promise<void> {
    return this.log.flush();
  }

  close(): void {
    this.log.close();
  }

  stampNow(): LineStamp {
    return { marketTime: new Date(this.clock.nowMs()).toISOString(), wallTime: new Date().toISOString() };
  }

  private stamped(entry: JournalEntry, n: number, stamp = this.stampNow()): JournalLine {
    return { v: ORDER_JOURNAL_VERSION, n, ...entry, ...stamp };
  }

  private carry(markPrice: number | null): JournalEntry & { kind: 'carry' } {
    const { ledger } = this;
    const { executions } = ledger;
    // Trade dates that a clock runs through in no time have executions that the gateway still reports.
    const carried = executions.all().slice(-Math.max(EXECUTIONS_CARRIED, executions.ofToday().length));
    return {
      kind: 'carry',
      tradeDate: this.tradeDate,
      positionContracts: ledger.positionContracts,
      markPrice,
      highestOrderId: ledger.highestOrderId,
      executions: carried.map(({ execId, orderRef, side, contracts, price, permId }) => ({
        ...{ execId, orderRef, side, contracts, price, permId },
      })),
      haltReasons: Object.fromEntries(ledger.haltReasons),
      closing: [...ledger.closingCodes],
      orders: ledger.ended().slice(-ORDERS_CARRIED),
    };
  }
}

/** @param isFirst nothing was known before this file: only then may it be empty. @throws BadInput */
function readLedger(log: AppendLog, isFirst: boolean): { ledger: OrderLedger; lines: number } {
  const ledger = new OrderLedger();
  const found = log.read();
  const refuse = (line: number, reason: string) => {
    const fix = 'move the file aside only after the position at the broker is known to be flat';
    throw new BadInput(log.file, `line ${line}`, reason, fix);
  };
  for (const [index, value] of found.entries()) {
    const parsed = journalLine.safeParse(value);
    if (parsed.success) ledger.apply(entryOf(parsed.data));
    else refuse(index + 1, parsed.error.issues[0]!.message);
  }
  if (found.length === 0 && !isFirst) refuse(1, 'it is missing, though there are journals of earlier trade dates');
  return { ledger, lines: found.length };
}

function journalExists(file: string): Failure {
  return new Failure(
    'JournalExists',
    `${file} exists already, though no journal of that trade date was begun: it is left as it is, the present one stays in use`,
    'find out where the file came from, and move it aside',
    { file },
  );
}

/** Trade dates that have a journal, oldest first. */
export function journalDates(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map(tradeDateOfOrderJournal)
    .filter((date) => date !== null)
    .sort();
}
