import { readFileSync } from 'node:fs';
import { sampleFile } from '../../setup/sample-data.js';

/** The calendar that ours was generated from: sample data, not part of the product. */
export interface SourceSession {
  readonly date: string;
  readonly ethOpen: string | null;
  readonly ethClose: string | null;
  readonly rthOpen: string | null;
  readonly rthClose: string | null;
  readonly kind: 'regular' | 'half-day' | 'globex-only' | 'closed';
}

export interface SourceCalendar {
  readonly dst: Readonly<Record<string, readonly [string, string]>>;
  readonly sessions: readonly SourceSession[];
}

export function readSourceCalendar(): SourceCalendar {
  return JSON.parse(readFileSync(sampleFile('calendar/cme-calendar.json'), 'utf8')) as SourceCalendar;
}
