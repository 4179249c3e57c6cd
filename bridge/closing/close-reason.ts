import type { SessionPhase } from '../../shared/market/calendar/session-calendar.js';

export interface CloseContext {
  /** Halts that asked for the position to be closed, and have not seen it flat since. */
  readonly closing: ReadonlySet<string>;
  /** Signed, by our executions and by the account; null where the account's is not known. */
  readonly positionContracts: number;
  readonly accountContracts: number | null;
  readonly sessionPhase: SessionPhase;
  readonly nowMarketMs: number;
  /** Market ms of the end of regular trading; NaN where there is none today. */
  readonly rthCloseMs: number;
  readonly flattenBeforeCloseSeconds: number;
}

/**
 * Why the position has to be closed now; null where nothing asks for it. Derived from what is on record, so that neither a
 * kill nor a lost link makes anybody forget it: what was missed is made up at the first moment.
 */
export function closeReason(context: CloseContext): string | null {
  for (const code of context.closing) return code;
  if (context.positionContracts === 0 && (context.accountContracts ?? 0) === 0) return null;
  if (context.sessionPhase !== 'rth') return 'outside-hours';
  const leftMs = context.rthCloseMs - context.nowMarketMs;
  return leftMs <= context.flattenBeforeCloseSeconds * 1000 ? 'hours-end' : null;
}

const OPEN_PHASES: ReadonlySet<SessionPhase> = new Set(['rth', 'overnight', 'evening']);

/** Whether the exchange would work an order now. */
export function isExchangeOpen(phase: SessionPhase): boolean {
  return OPEN_PHASES.has(phase);
}
