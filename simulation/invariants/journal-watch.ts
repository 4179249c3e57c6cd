import path from 'node:path';
import type { DiskChange } from '../world/virtual-disk.js';
import type { Report } from './violation.js';

const ORDERS_FILE = /^orders-(\d{4}-\d\d-\d\d)\.jsonl$/;

/** The trade date of an order journal's file; null for other files. */
export function journalDate(file: string): string | null {
  return ORDERS_FILE.exec(path.basename(file))?.[1] ?? null;
}

/** A line of the order journal, as far as invariants look at it. */
export interface JournalRecord {
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** Watches what is written to the order journals: they only grow, and what they have acknowledged is remembered. */
export class JournalWatch {
  /** Execution ids that are durable in a journal, each with the folder. */
  readonly acknowledged = new Map<string, string>();
  private readonly unsynced = new Map<string, string[]>();
  /** References of orders that a journal names durably, and those that it would lose with the power. */
  private readonly refsOnDisk = new Set<string>();
  private readonly refsUnsynced = new Map<string, string[]>();
  private readonly newestDate = new Map<string, string>();
  private readonly haltsByFolder = new Map<string, Set<string>>();
  /** The same as far as a power cut leaves them. */
  private readonly durableHaltsByFolder = new Map<string, ReadonlySet<string>>();

  constructor(
    private readonly report: Report,
    private readonly onLine: (record: JournalRecord) => void,
  ) {}

  onChange(change: DiskChange): void {
    const date = journalDate(change.file);
    if (date === null) return;
    switch (change.kind) {
      case 'write':
        this.written(change.file, date, Buffer.from(change.bytes).toString());
        return;
      case 'truncate':
        if (change.size < change.acknowledgedSize)
          this.report(
            'journal-shrinks',
            `${path.basename(change.file)} is cut from ${change.acknowledgedSize} to ${change.size} bytes`,
          );
        return;
      case 'replace':
        this.replaced(change.file, change.before, change.after);
        return;
      case 'sync':
        this.synced(change.file, path.dirname(change.file));
        return;
      case 'remove':
        this.report('journal-shrinks', `${path.basename(change.file)} is removed`);
    }
  }

  /** Whether a journal names the order, by its slot or its intent, and goes on to when the power is cut. */
  isOnDisk(orderRef: string): boolean {
    return this.refsOnDisk.has(orderRef);
  }

  /** Sticky halts as the journal of an account and contract has them. */
  haltsOf(folder: string): Set<string> {
    const halts = this.haltsByFolder.get(folder) ?? new Set();
    this.haltsByFolder.set(folder, halts);
    return halts;
  }

  /** The power is gone: what was not synced was not acknowledged. */
  forgetUnsynced(): void {
    this.unsynced.clear();
    this.refsUnsynced.clear();
    for (const folder of this.haltsByFolder.keys())
      this.haltsByFolder.set(folder, new Set(this.durableHaltsByFolder.get(folder)));
  }

  private synced(file: string, folder: string): void {
    for (const execId of this.unsynced.get(file) ?? []) this.acknowledged.set(execId, folder);
    this.unsynced.delete(file);
    for (const orderRef of this.refsUnsynced.get(file) ?? []) this.refsOnDisk.add(orderRef);
    this.refsUnsynced.delete(file);
    this.durableHaltsByFolder.set(folder, new Set(this.haltsOf(folder)));
  }

  private replaced(file: string, before: Buffer, after: Buffer): void {
    if (!after.subarray(0, before.length).equals(before))
      this.report(
        'journal-shrinks',
        `${path.basename(file)} of ${before.length} bytes is replaced by ${after.length} others`,
      );
  }

  private written(file: string, date: string, text: string): void {
    const folder = path.dirname(file);
    const newest = this.newestDate.get(folder) ?? '';
    if (date < newest) this.report('trade-date-goes-back', `a line is written for ${date} after ${newest} was begun`);
    else this.newestDate.set(folder, date);
    for (const line of text.split('\n')) {
      const record = parseRecord(line);
      if (record) this.take(file, record);
    }
  }

  private take(file: string, record: JournalRecord): void {
    if (record.kind === 'halt') this.haltsOf(path.dirname(file)).add(String(record.code));
    if (record.kind === 'resume') this.haltsOf(path.dirname(file)).delete(String(record.code));
    if (record.kind === 'fill') addTo(this.unsynced, file, String(record.execId));
    if (record.kind === 'intent' || record.kind === 'slot') addTo(this.refsUnsynced, file, String(record.orderRef));
    this.onLine(record);
  }
}

function addTo(lists: Map<string, string[]>, file: string, value: string): void {
  const list = lists.get(file) ?? [];
  list.push(value);
  lists.set(file, list);
}

/** Null for what is no whole line. */
export function parseRecord(line: string): JournalRecord | null {
  try {
    const value = JSON.parse(line) as unknown;
    return typeof value === 'object' && value !== null && 'kind' in value ? (value as JournalRecord) : null;
  } catch {
    return null;
  }
}
