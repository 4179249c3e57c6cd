import { CLIENT_ID } from '../../shared/config/services.js';
import type { Day } from '../day/day.js';
import type { AccountWord } from '../day/messages.js';
import type { Report } from './violation.js';

/** The halt is on record by then: it waits for nothing but the disk. */
const HALTED_WITHIN_MS = 2000;
/** Any of them stops trading until a person has looked; an execution that cannot be counted is odd before it is foreign. */
const HALTS = ['foreign-execution', 'odd-report'];

/** A trade of another hand in the contract that was told to a bridge has halted it. */
export class ForeignRule {
  /** When each was told, by its execId, for which no halt has been seen yet. */
  private readonly toldMs = new Map<string, number>();
  private readonly settled = new Set<string>();
  private incarnation: unknown;

  constructor(
    private readonly day: Day,
    private readonly report: Report,
  ) {}

  /** To be called with what arrives at the bridge. */
  told(word: AccountWord): void {
    if (word.about !== 'execution') return;
    // No shares: the trade was taken back. An alarm says so, and it counts no more, whatever is told of it later.
    if (word.shares === 0) this.settled.add(firstReportOf(word.execId));
    if (this.isForeign(word.execId) && !this.settled.has(word.execId))
      this.toldMs.set(word.execId, this.day.world.nowMs);
  }

  /** To be called with a halt that is on record from now on: a person looks at all that was done by then. */
  haltRecorded(code: string): void {
    if (!HALTS.includes(code)) return;
    this.settle((this.day.truth?.executions() ?? []).map(({ execId }) => execId));
  }

  look(): void {
    const { host, journals, journalFolder, isDiskFull } = this.day;
    if (this.incarnation !== host.current) this.toldMs.clear();
    this.incarnation = host.current;
    if (this.toldMs.size === 0) return;
    const halts = journals.haltsOf(journalFolder);
    if (HALTS.some((code) => halts.has(code))) this.settle(this.toldMs.keys());
    else if (isDiskFull) this.toldMs.clear();
    else this.judge();
  }

  private settle(execIds: Iterable<string>): void {
    for (const execId of execIds) this.settled.add(execId);
    this.toldMs.clear();
  }

  private judge(): void {
    for (const [execId, toldMs] of this.toldMs) {
      if (this.day.world.nowMs - toldMs > HALTED_WITHIN_MS)
        this.report('foreign-untold', `execution ${execId} of another hand was told, and no halt is on record`);
    }
  }

  private isForeign(execId: string): boolean {
    const { truth, localSymbol } = this.day;
    const execution = truth.executions().findLast((one) => one.execId === execId);
    const isCorrection = execId !== firstReportOf(execId);
    if (!execution || isCorrection || execution.contract.localSymbol !== localSymbol) return false;
    // A second order under a reference of ours is a double order: what it fills is counted as ours.
    const { orderRef = '' } = truth.gateway.ledger.orders.get(execution.permId)?.terms ?? {};
    return (execution.clientId !== CLIENT_ID || truth.strays.has(execution.permId)) && !truth.sent.has(orderRef);
  }
}

/** The execId of an execution as it was first told: a correction counts its last part up. */
function firstReportOf(execId: string): string {
  return execId.replace(/\.\d+$/, '.01');
}
