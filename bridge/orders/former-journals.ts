import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { entryOf, journalLine, orderJournalFile } from '../../shared/contract/order-journal.js';
import { journalDates } from './order-journal.js';
import { OrderLedger } from './order-ledger.js';

/** What this account's journal of another contract ends with. */
export interface FormerJournal {
  readonly localSymbol: string;
  /** Null where it cannot be read. */
  readonly ledger: OrderLedger | null;
}

/** The journals of contracts that this account traded before, or trades no more. Nothing is written. */
export function readFormerJournals(
  journals: string,
  own: { readonly account: string; readonly localSymbol: string },
): FormerJournal[] {
  if (!existsSync(journals)) return [];
  const prefix = `${own.account}-`;
  return readdirSync(journals)
    .filter((folder) => folder.startsWith(prefix) && folder !== `${prefix}${own.localSymbol}`)
    .flatMap((folder) => {
      const newest = journalDates(path.join(journals, folder)).at(-1);
      if (newest === undefined) return [];
      const localSymbol = folder.slice(prefix.length);
      return [{ localSymbol, ledger: ledgerIn(path.join(journals, folder, orderJournalFile(newest))) }];
    });
}

/** What a former journal leaves open, in plain words; null where it ends flat. */
export function leftOpenBy({ localSymbol, ledger }: FormerJournal): string | null {
  if (ledger === null) return `the journal of ${localSymbol} cannot be read`;
  // A slot whose process ended may have been sent.
  const orders = ledger.live().length + (ledger.slot === null ? 0 : 1);
  if (ledger.positionContracts === 0 && orders === 0) return null;
  return `the journal of ${localSymbol} ends with ${ledger.positionContracts} contracts and ${orders} live orders`;
}

/** A last line that is torn says nothing: its process ended in the middle of it. */
function ledgerIn(file: string): OrderLedger | null {
  const ledger = new OrderLedger();
  try {
    for (const line of readFileSync(file, 'utf8').split('\n').slice(0, -1))
      ledger.apply(entryOf(journalLine.parse(JSON.parse(line))));
  } catch {
    return null;
  }
  return ledger;
}
