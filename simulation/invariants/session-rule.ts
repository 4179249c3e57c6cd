import { isExchangeOpen } from '../../bridge/closing/close-reason.js';
import { sessionPhase } from '../../shared/calendar/cme-calendar.js';
import type { AlarmName } from '../../shared/handover/alarm-line.js';
import type { Day } from '../day/day.js';
import type { Report } from './violation.js';

const LOOK_EVERY_MS = 500;
/** A reconciled bridge with nothing in its way has closed, or called a person, by then. */
const CLOSED_WITHIN_MS = 5000;

/** Why a bridge that is connected cannot close, or must not. That a position is held is no reason. */
const REASONS: ReadonlySet<AlarmName> = new Set([
  ...(['PositionNotClosed', 'JournalNotWritten', 'JournalLost', 'WrongAccount', 'NoAnswer', 'GatewayDown'] as const),
  ...(['PositionMismatch', 'OtherContract', 'DoubleOrder', 'OddReport'] as const),
]);

/** A position outside regular hours is closed at the first moment, or a person is told why it cannot be. */
export class SessionRule {
  private lookedMs = Number.NEGATIVE_INFINITY;
  private sinceMs: number | null = null;

  constructor(
    private readonly day: Day,
    private readonly report: Report,
  ) {}

  look(): void {
    const { nowMs } = this.day.world;
    if (nowMs - this.lookedMs < LOOK_EVERY_MS) return;
    this.lookedMs = nowMs;
    const contracts = heldOutsideSession(this.day);
    if (contracts === 0) this.sinceMs = null;
    else this.sinceMs ??= nowMs;
    if (this.sinceMs !== null && nowMs - this.sinceMs > CLOSED_WITHIN_MS)
      reportHeldOutsideSession(this.report, contracts);
  }
}

export function reportHeldOutsideSession(report: Report, contracts: number): void {
  report(
    'position-outside-session',
    `${contracts} contracts are held outside regular hours, without an alarm that says why`,
  );
}

/** Contracts that should have been closed: the exchange is open by the true clock and by the bridge's, the bridge could act. */
export function heldOutsideSession(day: Day): number {
  const contracts = day.truth.position(day.localSymbol);
  const phases = [day.trueClock.nowMs(), day.clock.nowMs()].map(sessionPhase);
  const isOutside = phases.every((phase) => phase !== 'rth' && isExchangeOpen(phase));
  if (contracts === 0 || !isOutside || !day.isBridgeReady) return 0;
  const alarms = day.status()?.alarms ?? [];
  return alarms.some(({ alarm }) => REASONS.has(alarm)) ? 0 : contracts;
}
