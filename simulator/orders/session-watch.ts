import { globexSessionOf, OutsideCalendar, tradeDateOf } from '../../shared/calendar/cme-calendar.js';

/** What the exchange's sessions bring: asked as often as one likes, it says each once. */
export interface SessionEvents {
  /** The session that was on has ended. */
  onClose(): void;
  onOpen(): void;
}

/** Follows the exchange's electronic sessions by the gateway's clock. Outside the calendar nothing opens or closes. */
export class SessionWatch {
  #nextMs = Number.NEGATIVE_INFINITY;
  #isOpen = false;

  constructor(private readonly events: SessionEvents) {}

  /** Cheap: looks at the calendar only when the next open or close has come. */
  look(nowMs: number): void {
    if (nowMs < this.#nextMs) return;
    const isFirst = this.#nextMs === Number.NEGATIVE_INFINITY;
    const wasOpen = this.#isOpen;
    this.#follow(nowMs);
    if (isFirst) return;
    if (wasOpen) this.events.onClose();
    if (this.#isOpen) this.events.onOpen();
  }

  #follow(nowMs: number): void {
    const session = sessionAt(nowMs);
    this.#isOpen = session !== undefined && nowMs >= session.globexOpenMs;
    this.#nextMs = session?.[this.#isOpen ? 'globexCloseMs' : 'globexOpenMs'] ?? Number.POSITIVE_INFINITY;
  }
}

/** When the exchange opens next; undefined outside the calendar. */
export function nextOpenMs(nowMs: number): number | undefined {
  const session = sessionAt(nowMs);
  if (!session || session.globexOpenMs > nowMs) return session?.globexOpenMs;
  return sessionAt(session.globexCloseMs)?.globexOpenMs;
}

/** The session that is on, else the next. */
function sessionAt(ms: number): { globexOpenMs: number; globexCloseMs: number } | undefined {
  try {
    return globexSessionOf(tradeDateOf(ms)) ?? undefined;
  } catch (error) {
    if (error instanceof OutsideCalendar) return undefined;
    throw error;
  }
}
