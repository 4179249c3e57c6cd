import type { SessionPhase } from '../../shared/market/calendar/session-calendar.js';

/** All that is looked at before the contract changes, taken at one moment. What is not known counts as in the way. */
export interface RollContext {
  /** There is a reconciled connection. */
  readonly isReady: boolean;
  readonly isNextKnown: boolean;
  readonly isLastTradeDateKnown: boolean;
  readonly phase: SessionPhase;
  /** The regular hours of this trade date are still to come. */
  readonly isBeforeRegularHours: boolean;
  /** Of the trade date; NaN where it is not known. */
  readonly pnlToday: number;
  /** By our executions, and by the account (null: not told). */
  readonly positionContracts: number;
  readonly accountContracts: number | null;
  /** Ours that may still fill, also those of which nothing is known. */
  readonly liveOrders: number;
  readonly journalLinesWaiting: number;
  /** Reasons by code. */
  readonly halts: Readonly<Record<string, string>>;
}

/** Halts that say nothing of orders and position. Any other is on record in the journal of this contract, and would be left there. */
const HARMLESS: ReadonlySet<string> = new Set(['connection', 'feed', 'disk', 'limits', 'roll']);

/** Why the contract cannot change now, in plain words; empty where nothing forbids it. */
export function standsInTheWay(context: RollContext): string[] {
  const { positionContracts, accountContracts, liveOrders, journalLinesWaiting } = context;
  const halts = Object.keys(context.halts).filter((code) => !HARMLESS.has(code));
  return [
    ...(context.isReady ? [] : ['there is no reconciled connection to the gateway']),
    ...(context.isNextKnown ? [] : ['the gateway has not named the next contract']),
    ...(context.isLastTradeDateKnown ? [] : ['it is not known when the contract expires']),
    ...(context.phase === 'rth' ? ['regular hours are on: the contract changes between two of them'] : []),
    ...(positionContracts === 0 ? [] : [`${positionContracts} contracts are held by our executions`]),
    ...(accountContracts === null ? ['the account has not told its position'] : []),
    ...(accountContracts ? [`the account holds ${accountContracts} contracts`] : []),
    ...(liveOrders === 0 ? [] : [`${liveOrders} orders may still fill`]),
    ...(journalLinesWaiting === 0 ? [] : [`${journalLinesWaiting} lines of the journal are not on disk`]),
    ...(halts.length === 0 ? [] : [`trading is halted (${halts.join(', ')}): resume first, a halt is not left behind`]),
    // The day's loss is counted in one contract's journal.
    ...(context.isBeforeRegularHours && context.pnlToday !== 0
      ? ['something was traded on this trade date already and counts for its loss: after its regular hours']
      : []),
  ];
}
