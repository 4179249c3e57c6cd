import type { z } from 'zod';
import type { OrderReport } from '../orders/report.js';
import type { distortingActions } from './actions/report-actions.js';

export type ReportFault = z.output<(typeof distortingActions)[number]>;

/** Distorts what is told about orders: the ledger stays right, only the messages lie. */
export class ReportFaults {
  readonly #armed: { fault: ReportFault; left: number }[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Executions that the gateway itself is not to know yet. */
  readonly #untold = new Set<string>();
  #held: OrderReport[] = [];

  constructor(private readonly deliver: (reports: readonly OrderReport[]) => void) {}

  /** Strikes the next group of reports that it concerns, `times` times. */
  arm(fault: ReportFault): void {
    this.#armed.push({ fault, left: fault.times });
  }

  /** Whether an execution happened that has not come to the gateway yet. */
  isUntold(execId: string): boolean {
    return this.#untold.has(execId);
  }

  /** Delivers one group, distorted by whatever is armed. */
  pass(group: readonly OrderReport[]): void {
    let reports = [...group];
    for (const armed of [...this.#armed]) {
      if (!concerns(armed.fault, reports)) continue;
      if (--armed.left === 0) this.#armed.splice(this.#armed.indexOf(armed), 1);
      reports = this.#distort(armed.fault, reports);
    }
    const late = reports.filter(isLate);
    for (const report of late) this.#tellLate(report);
    const now = reports.filter((report) => !isLate(report));
    if (now.length > 0) this.deliver(now);
  }

  /** Delivers what waits without a time. */
  release(): void {
    const held = this.#held;
    this.#held = [];
    this.deliver(held);
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #distort(fault: ReportFault, reports: OrderReport[]): OrderReport[] {
    switch (fault.do) {
      case 'duplicateStatus':
        return reports.flatMap((report) =>
          isStatus(report) ? Array<OrderReport>(fault.copies + 1).fill(report) : [report],
        );
      case 'skipStatus':
        return reports.filter((report) => !isSkipped(fault, report));
      case 'reorderStatus':
        return reversedWhere(reports, isStatus);
      case 'executionFirst':
        return [...reports.filter(isExecution), ...reports.filter((report) => !isExecution(report))];
      case 'executionsLate':
        return reports.map((report) =>
          report.kind === 'execution' || report.kind === 'commission' ? { ...report, afterMs: fault.ms } : report,
        );
      case 'delayReports':
        this.#later(fault.ms, reports);
        return [];
      case 'loseReports':
        return [];
      case 'delayCommission':
        this.#later(fault.ms, reports.filter(isCommission));
        return reports.filter((report) => !isCommission(report));
      case 'loseCommission':
        return reports.filter((report) => !isCommission(report));
      case 'oddExecution':
        return reports.map((report) => (report.kind === 'execution' ? { ...report, odd: fault.kind } : report));
      case 'oddStatus':
        return reports.map((report) => (report.kind === 'orderStatus' ? { ...report, odd: fault.kind } : report));
    }
  }

  /** Until then the gateway does not know it either: whoever asks for executions does not get it. */
  #tellLate(report: OrderReport & { readonly afterMs: number }): void {
    if (report.kind === 'execution') this.#untold.add(report.execution.execId);
    this.#in(report.afterMs, () => {
      if (report.kind === 'execution') this.#untold.delete(report.execution.execId);
      this.deliver([report]);
    });
  }

  /** Without a time they wait for `release`. */
  #later(ms: number | undefined, reports: readonly OrderReport[]): void {
    if (ms === undefined) this.#held.push(...reports);
    else this.#in(ms, () => this.deliver(reports));
  }

  #in(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, ms);
    this.#timers.add(timer);
  }
}

function concerns(fault: ReportFault, reports: readonly OrderReport[]): boolean {
  switch (fault.do) {
    case 'duplicateStatus':
    case 'oddStatus':
      return reports.some(isStatus);
    case 'skipStatus':
      return reports.some((report) => isSkipped(fault, report));
    case 'reorderStatus':
      return reports.filter(isStatus).length > 1;
    case 'executionFirst':
    case 'executionsLate':
    case 'oddExecution':
      return reports.some(isExecution);
    case 'delayReports':
    case 'loseReports':
      return reports.length > 0;
    case 'delayCommission':
    case 'loseCommission':
      return reports.some(isCommission);
  }
}

const isStatus = (report: OrderReport): boolean => report.kind === 'orderStatus';
const isExecution = (report: OrderReport): boolean => report.kind === 'execution';
const isCommission = (report: OrderReport): boolean => report.kind === 'commission';
const isLate = (report: OrderReport): report is OrderReport & { readonly afterMs: number } =>
  'afterMs' in report && report.afterMs !== undefined;
const isSkipped = (fault: { status?: string | undefined }, report: OrderReport): boolean =>
  report.kind === 'orderStatus' && (fault.status === undefined || fault.status === report.order.status);

/** The chosen reports in reverse, each in the place of another; the rest stays where it is. */
function reversedWhere(reports: readonly OrderReport[], isChosen: (report: OrderReport) => boolean): OrderReport[] {
  const chosen = reports.filter(isChosen);
  return reports.map((report) => (isChosen(report) ? chosen.pop()! : report));
}
