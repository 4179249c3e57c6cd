import { isExchangeOpen } from '../../bridge/closing/close-reason.js';
import type { AlarmName } from '../../shared/contract/alarm-line.js';
import { sessionPhase } from '../../shared/market/calendar/cme-calendar.js';
import type { Day } from '../day/day.js';
import { isBeingClosed } from './closing-order.js';
import { Standstill } from './standstill.js';
import type { Report } from './violation.js';

const LOOK_EVERY_MS = 500;
/** A reconciled bridge with nothing in its way has closed a part, or called a person, by then. */
const CLOSED_WITHIN_MS = 5000;

/** Why a bridge that is connected cannot close, or must not. That a position is held is no reason. */
const REASONS: ReadonlySet<AlarmName> = new Set([
  ...(['PositionNotClosed', 'JournalNotWritten', 'JournalLost', 'WrongAccount', 'NoAnswer', 'GatewayDown'] as const),
  ...(['PositionMismatch', 'OtherContract', 'DoubleOrder', 'OddReport'] as const),
]);

/** A position outside regular hours is closed at the first moment, or a person is told why it cannot be. */
export class SessionRule {
  private lookedMs = Number.NEGATIVE_INFINITY;
  private readonly standstill = new Standstill();

  constructor(
    private readonly day: Day,
    private readonly report: Report,
  ) {}

  look(): void {
    const { nowMs } = this.day.world;
    if (nowMs - this.lookedMs < LOOK_EVERY_MS) return;
    this.lookedMs = nowMs;
    const held = heldOutsideSession(this.day);
    const contracts = held === null ? null : this.day.truth.position(this.day.localSymbol);
    if (this.standstill.lastsMs(nowMs, contracts) > CLOSED_WITHIN_MS) this.report('position-outside-session', held!);
  }
}

/**
 * What should have been closed, in plain words: the exchange is open by the true clock and by the bridge's, and the bridge
 * could act. Null where there is nothing.
 */
export function heldOutsideSession(day: Day): string | null {
  const contracts = day.truth.position(day.localSymbol);
  const phases = [day.trueClock.nowMs(), day.clock.nowMs()].map(sessionPhase);
  const isOutside = phases.every((phase) => phase !== 'rth' && isExchangeOpen(phase));
  const status = contracts !== 0 && isOutside ? day.readyStatus() : null;
  if (!status || day.truth.isUntold(day.setting.positionEveryMs)) return null;
  if (status.alarms?.some(({ alarm }) => REASONS.has(alarm)) || isBeingClosed(day)) return null;
  return `${contracts} contracts are held outside regular hours, without an alarm that says why`;
}
