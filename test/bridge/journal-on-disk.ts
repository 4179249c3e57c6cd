import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import path from 'node:path';
import { OrderLedger } from '../../bridge/orders/order-ledger.js';
import { entryOf, journalLine } from '../../shared/contract/order-journal.js';

/**
 * What the whole lines of a journal on disk add up to, whoever wrote them. Every look reads only what has come since the
 * last one: a long test looks often.
 */
export class JournalOnDisk {
  private readonly ledger = new OrderLedger();
  private readonly readBytes = new Map<string, number>();

  /** @param folder of one account and contract, or one above it */
  constructor(private readonly folder: string) {}

  look(): OrderLedger {
    const files = readdirSync(this.folder, { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((name) => path.basename(name).startsWith('orders-')).sort()) this.readOn(file);
    return this.ledger;
  }

  private readOn(file: string): void {
    const descriptor = openSync(path.join(this.folder, file), 'r');
    try {
      const from = this.readBytes.get(file) ?? 0;
      const bytes = Buffer.alloc(fstatSync(descriptor).size - from);
      readSync(descriptor, bytes, 0, bytes.length, from);
      const whole = bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1);
      for (const line of whole.toString().split('\n').slice(0, -1))
        this.ledger.apply(entryOf(journalLine.parse(JSON.parse(line))));
      this.readBytes.set(file, from + whole.length);
    } finally {
      closeSync(descriptor);
    }
  }
}
