import { isExchangeOpen } from '../../bridge/closing/close-reason.js';
import { sessionPhase } from '../../shared/calendar/cme-calendar.js';
import type { Day } from '../day/day.js';
import type { Report } from './violation.js';

const LOOK_EVERY_MS = 500;
/** A reconciled bridge with nothing in its way has closed, or called a person, by then. */
const CLOSED_WITHIN_MS = 8000;

/** A position outside regular hours is closed at the first moment, or a person is called. */
export class SessionRule {
  private lookedMs = Number.NEGATIVE_INFINITY;
  private sinceMs: number | null = null;

  constructor(
    private readonly day: Day,
    private readonly report: Report,
  ) {}

  look(): void {
    const { world, truth, localSymbol, trueClock, clock } = this.day;
    if (world.nowMs - this.lookedMs < LOOK_EVERY_MS) return;
    this.lookedMs = world.nowMs;
    const position = truth.position(localSymbol);
    const phases = [trueClock.nowMs(), clock.nowMs()].map(sessionPhase);
    const isOutside = phases.every((phase) => phase !== 'rth');
    if (position === 0 || !isOutside || !this.day.isBridgeReady || this.isExcused(phases.every(isExchangeOpen))) {
      this.sinceMs = null;
      return;
    }
    this.sinceMs ??= world.nowMs;
    if (world.nowMs - this.sinceMs > CLOSED_WITHIN_MS)
      this.report(
        'position-outside-session',
        `${position} contracts are held outside regular hours, without an alarm that says why`,
      );
  }

  /** An alarm says why: that a position is held is no reason while the exchange is open. */
  private isExcused(isOpen: boolean): boolean {
    const alarms = this.day.status()?.alarms ?? [];
    return alarms.some(({ alarm }) => !(isOpen && alarm === 'PositionOutsideHours'));
  }
}
