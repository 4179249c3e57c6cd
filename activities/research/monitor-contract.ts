import type { CapturedDay } from '../../shared/contract/capture-file.js';

export interface MonitoredDay extends CapturedDay {
  readonly compared: number;
  readonly different: number;
  readonly cleanDays: number;
  readonly findings: readonly string[];
  /** What operators see of it, at most 8 kB. */
  readonly markdown: string;
}

export interface MonitorActivities {
  /** Trade dates that are in the store whole, of which the broker has closed its journals, and that were not monitored; oldest first. */
  monitorBacklog(ask: Record<string, never>): Promise<{ days: readonly CapturedDay[] }>;
  /** Looks at the day and writes its report; again replaces it. */
  monitorDay(ask: CapturedDay): Promise<MonitoredDay>;
}
