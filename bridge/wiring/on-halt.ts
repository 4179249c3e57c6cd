import type { Logger } from 'pino';
import { tellHalt } from '../alarms/alarm-of-halt.js';
import type { Alarms } from '../alarms/alarms.js';
import { type HaltCode, isSticky } from '../halt/halts.js';
import { CLOSING_HALTS } from '../orders/order-ledger.js';
import type { LaterParts } from './later.js';

/** What a halt brings about when it is raised (reason) and when it is lifted (null). */
export function onHalt({ alarms, log }: { readonly alarms: Alarms; readonly log: Logger }, later: LaterParts) {
  return (code: HaltCode, reason: string | null): void => {
    if (reason === null) log.warn({ halt: code }, 'halt lifted');
    else log.error({ halt: code }, `trading is halted: ${reason}`);
    tellHalt(alarms, code, reason);
    if (CLOSING_HALTS.has(code)) {
      if (reason === null) later.trading.it.stopClosing(code);
      else later.trading.it.close(code);
    }
    if (isSticky(code))
      later.journal.it.append(
        reason === null
          ? { kind: 'resume', code, by: 'bridge' }
          : { kind: 'halt', code, reason, since: new Date().toISOString() },
      );
    if (reason !== null && code !== 'connection') later.trading.it.cancelDecisions(`halt: ${code}`);
    if (reason === null && code === 'other-contract') {
      later.guard.it.resumed();
      later.keeper.it.reconcile();
    }
  };
}
