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

  /** Sticky halts as the journal of an account and contract has them. */
  haltsOf(folder: string): Set<string> {
    const halts = this.haltsByFolder.get(folder) ?? new Set();
    this.haltsByFolder.set(folder, halts);
    return halts;
  }

  /** The power is gone: what was not synced was not acknowledged. */
  forgetUnsynced(): void {
    this.unsynced.clear();
    for (const folder of this.haltsByFolder.keys())
      this.haltsByFolder.set(folder, new Set(this.durableHaltsByFolder.get(folder)));
  }

  private synced(file: string, folder: string): void {
    for (const execId of this.unsynced.get(file) ?? []) this.acknowledged.set(execId, folder);
    this.unsynced.delete(file);
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
    if (record.kind === 'fill') {
      const execIds = this.unsynced.get(file) ?? [];
      execIds.push(String(record.execId));
      this.unsynced.set(file, execIds);
    }
    this.onLine(record);
  }
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
