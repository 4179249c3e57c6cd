import path from 'node:path';
import type { MarketClock } from '../../shared/market/clock/market-clock.js';
import { DiskReserve } from '../disk/disk-reserve.js';
import type { MarketHours } from '../market-hours.js';
import type { Account } from './gateway-findings.js';
import { type JournalEvents, JournalQueue } from './journal-queue.js';
import { OrderJournal } from './order-journal.js';

/**
 * The journal of an account and a contract, because a position belongs to both: after a roll, or a change of account,
 * another one begins. @throws BadInput when a line is none of ours; the system error
 */
export function openJournal(
  broker: string,
  own: Account,
  clock: MarketClock,
  hours: MarketHours,
  events: JournalEvents,
): JournalQueue {
  const folder = path.join(broker, 'journal', `${own.account}-${own.localSymbol}`);
  const journal = OrderJournal.open(folder, clock, hours.tradeDateOf(clock.nowMs()));
  try {
    return new JournalQueue(journal, DiskReserve.open(path.join(folder, 'reserve')), events);
  } catch (error) {
    journal.close();
    throw error;
  }
}
