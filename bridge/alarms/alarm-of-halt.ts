import type { AlarmName } from '../../shared/contract/alarm-line.js';
import type { HaltCode } from '../halt/halts.js';
import type { Alarms } from './alarms.js';

/** The alarm that goes with each halt. None where somebody asked for the halt, or where another alarm tells in time. */
export const ALARM_OF_HALT: Readonly<Record<HaltCode, AlarmName | null>> = {
  connection: null,
  feed: 'MarketDataRefused',
  disk: 'CaptureNotWritten',
  journal: 'JournalNotWritten',
  control: null,
  limits: 'LimitsNotSigned',
  stopping: null,
  // RollOverdue tells, also while something is held.
  roll: null,
  'kill-switch': null,
  flatten: null,
  'position-mismatch': 'PositionMismatch',
  'orphan-order': 'OrphanOrder',
  'other-contract': 'OtherContract',
  'foreign-execution': 'ForeignExecution',
  'double-order': 'DoubleOrder',
  'daily-loss': 'DailyLoss',
  'reject-burst': 'RejectBurst',
  'odd-report': 'OddReport',
  account: 'WrongAccount',
  'account-currency': 'AccountCurrency',
};

/** @param reason null where the halt is lifted */
export function tellHalt(alarms: Alarms, code: HaltCode, reason: string | null): void {
  const alarm = ALARM_OF_HALT[code];
  if (alarm === null) return;
  if (reason === null) alarms.clear(alarm);
  else alarms.raise(alarm, reason);
}
