import type { OrderReport } from '../orders/report.js';
import type { FaultAction } from './fault-script.js';

export type ReportFault = Extract<
  FaultAction,
  {
    do:
      | 'duplicateStatus'
      | 'skipStatus'
      | 'reorderStatus'
      | 'executionFirst'
      | 'delayReports'
      | 'loseReports'
      | 'delayCommission'
      | 'loseCommission';
  }
>;

/** Distorts what is told about orders: the ledger stays right, only the messages lie. */
export class ReportFaults {
  readonly #armed: { fault: ReportFault; left: number }[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  #held: OrderReport[] = [];

  constructor(private readonly deliver: (reports: readonly OrderReport[]) => void) {}

  /** Strikes the next group of reports that it concerns, `times` times. */
  arm(fault: ReportFault): void {
    this.#armed.push({ fault, left: fault.times });
  }

  /** Delivers one group, distorted by whatever is armed. */
  pass(group: readonly OrderReport[]): void {
    let reports = [...group];
    for (const armed of [...this.#armed]) {
      if (!concerns(armed.fault, reports)) continue;
      if (--armed.left === 0) this.#armed.splice(this.#armed.indexOf(armed), 1);
      reports = this.#distort(armed.fault, reports);
    }
    if (reports.length > 0) this.deliver(reports);
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
        return [
          ...reports.filter((report) => report.kind === 'execution'),
          ...reports.filter((report) => report.kind !== 'execution'),
        ];
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
    }
  }

  /** Without a time they wait for `release`. */
  #later(ms: number | undefined, reports: readonly OrderReport[]): void {
    if (ms === undefined) {
      this.#held.push(...reports);
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.deliver(reports);
    }, ms);
    this.#timers.add(timer);
  }
}

function concerns(fault: ReportFault, reports: readonly OrderReport[]): boolean {
  switch (fault.do) {
    case 'duplicateStatus':
      return reports.some(isStatus);
    case 'skipStatus':
      return reports.some((report) => isSkipped(fault, report));
    case 'reorderStatus':
      return reports.filter(isStatus).length > 1;
    case 'executionFirst':
      return reports.some((report) => report.kind === 'execution');
    case 'delayReports':
    case 'loseReports':
      return reports.length > 0;
    case 'delayCommission':
    case 'loseCommission':
      return reports.some(isCommission);
  }
}

const isStatus = (report: OrderReport): boolean => report.kind === 'orderStatus';
const isCommission = (report: OrderReport): boolean => report.kind === 'commission';
const isSkipped = (fault: { status?: string | undefined }, report: OrderReport): boolean =>
  report.kind === 'orderStatus' && (fault.status === undefined || fault.status === report.order.status);

/** The chosen reports in reverse, each in the place of another; the rest stays where it is. */
function reversedWhere(reports: readonly OrderReport[], isChosen: (report: OrderReport) => boolean): OrderReport[] {
  const chosen = reports.filter(isChosen);
  return reports.map((report) => (isChosen(report) ? chosen.pop()! : report));
}
