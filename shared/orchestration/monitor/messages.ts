import { z } from 'zod';
import { instrumentName } from '../path/messages.js';

const requestedBy = z.string().min(1).max(200).default('unnamed');

/** The one argument of `monitorDay`: `{}` is the newest trade date that is complete and was not monitored. */
export const monitorInput = z.strictObject({
  instrument: instrumentName.optional(),
  tradeDate: z.iso.date().optional(),
  requestedBy,
});
export type MonitorInput = z.input<typeof monitorInput>;

export interface MonitorResult {
  readonly outcome: 'Clean' | 'Findings' | 'Nothing';
  readonly instrument: string | null;
  readonly tradeDate: string | null;
  /** Decisions that were compared with a replay, and those that are not the same. */
  readonly compared: number;
  readonly different: number;
  /** Dates in a row on which live was replay. */
  readonly cleanDays: number;
  readonly findings: readonly string[];
}

/** The one argument of `monitorDays`: every complete trade date without a report, oldest first. */
export const monitorDaysInput = z.strictObject({ requestedBy });
export type MonitorDaysInput = z.input<typeof monitorDaysInput>;

export interface MonitorDaysResult {
  readonly days: readonly { readonly workflowId: string; readonly outcome: string }[];
}

export function monitorId({
  instrument,
  tradeDate,
}: {
  readonly instrument: string;
  readonly tradeDate: string;
}): string {
  return `monitor/${instrument}/${tradeDate}`;
}
