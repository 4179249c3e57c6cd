import type { OrderReport } from './orders/report.js';

/** What becomes of order reports while the gateway has lost IB. */
export type ReportsMeanwhile = 'deliver' | 'hold' | 'lose';

/** The time between 1100 and 1101 or 1102: order requests wait, reports are held or lost. */
export class Outage {
  readonly heldRequests: (() => void)[] = [];
  readonly heldReports: OrderReport[] = [];

  constructor(readonly reports: ReportsMeanwhile) {}

  /** @returns whether the reports go out now */
  admits(reports: readonly OrderReport[]): boolean {
    if (this.reports === 'hold') this.heldReports.push(...reports);
    return this.reports === 'deliver';
  }
}
