import { OutsideCalendar, type SessionCalendar } from '../../shared/market/calendar/session-calendar.js';

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

  constructor(
    private readonly calendar: SessionCalendar,
    private readonly events: SessionEvents,
  ) {}

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
    const session = sessionAt(nowMs, this.calendar);
    this.#isOpen = session !== undefined && nowMs >= session.globexOpenMs;
    this.#nextMs = session?.[this.#isOpen ? 'globexCloseMs' : 'globexOpenMs'] ?? Number.POSITIVE_INFINITY;
  }
}

/** When the exchange opens next; undefined outside the calendar. */
export function nextOpenMs(nowMs: number, calendar: SessionCalendar): number | undefined {
  const session = sessionAt(nowMs, calendar);
  if (!session || session.globexOpenMs > nowMs) return session?.globexOpenMs;
  return sessionAt(session.globexCloseMs, calendar)?.globexOpenMs;
}

/** The session that is on, else the next. */
function sessionAt(
  ms: number,
  { globexSessionOf, tradeDateOf }: SessionCalendar,
): { globexOpenMs: number; globexCloseMs: number } | undefined {
  try {
    const session = globexSessionOf(tradeDateOf(ms));
    // After an early close the trade date may go on without a market.
    if (session && ms >= session.globexCloseMs) return globexSessionOf(tradeDateOf(session.dateEndMs)) ?? undefined;
    return session ?? undefined;
  } catch (error) {
    if (error instanceof OutsideCalendar) return undefined;
    throw error;
  }
}
