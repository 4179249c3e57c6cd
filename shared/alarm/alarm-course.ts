import type { Severity } from './alarm.js';
import { type QuietHours, quietUntil } from './quiet-hours.js';

/** When people are told, and how often again. */
export interface CourseSettings {
  /** Until somebody acknowledges. */
  readonly repeatSeconds: Readonly<Record<Severity, number>>;
  /** Messages after which everybody is told: the channels of each further level too. */
  readonly messagesALevel: number;
  readonly levels: number;
  /** After an acknowledgement it is told once more when it is still there so long after. */
  readonly againAfterAckSeconds: number;
  /** What comes back so soon is the same alarm: it flaps, and is not told anew. */
  readonly flapSeconds: number;
  /** In which only what wakes is told. */
  readonly quiet: QuietHours | null;
}

/** What is known of an alarm; all times wall milliseconds. */
export interface CourseState {
  readonly severity: Severity;
  readonly isOpen: boolean;
  /** Messages sent, the one about its end not counted. */
  readonly messages: number;
  readonly lastMessageMs: number | null;
  readonly acknowledgedMs: number | null;
  readonly clearedMs: number | null;
  readonly isEndTold: boolean;
  /** Told to nobody until then: a silence, or a maintenance window. */
  readonly silentUntilMs: number | null;
}

/** What is to be done: send a message now, wait (until an event, or that time), or end. */
export type Step =
  | { readonly kind: 'send'; readonly number: number; readonly level: number }
  | { readonly kind: 'send-end' }
  | { readonly kind: 'wait'; readonly untilMs: number | null }
  | { readonly kind: 'end' };

/** The next step of an alarm's course. Pure: the workflow and the watcher that stands in for it ask the same. */
export function nextStep(state: CourseState, nowMs: number, settings: CourseSettings): Step {
  return state.isOpen ? whileOpen(state, nowMs, settings) : afterwards(state, nowMs, settings);
}

function whileOpen(state: CourseState, nowMs: number, settings: CourseSettings): Step {
  const dueMs = dueAt(state, nowMs, settings);
  if (dueMs === null) return { kind: 'wait', untilMs: null };
  if (state.silentUntilMs !== null && nowMs < state.silentUntilMs)
    return { kind: 'wait', untilMs: state.silentUntilMs };
  if (nowMs < dueMs) return { kind: 'wait', untilMs: dueMs };
  if (state.severity === 'warn' && settings.quiet !== null) {
    const endsMs = quietUntil(settings.quiet, nowMs);
    if (endsMs !== null) return { kind: 'wait', untilMs: endsMs };
  }
  const level = Math.min(settings.levels - 1, Math.floor(state.messages / settings.messagesALevel));
  return { kind: 'send', number: state.messages + 1, level };
}

/** When the next message is due. */
function dueAt(state: CourseState, nowMs: number, settings: CourseSettings): number | null {
  const { acknowledgedMs, lastMessageMs, severity } = state;
  if (acknowledgedMs !== null) {
    const againMs = acknowledgedMs + 1000 * settings.againAfterAckSeconds;
    return lastMessageMs !== null && lastMessageMs >= againMs ? null : againMs;
  }
  return lastMessageMs === null ? nowMs : lastMessageMs + 1000 * settings.repeatSeconds[severity];
}

function afterwards(state: CourseState, nowMs: number, settings: CourseSettings): Step {
  // Who was told that it began is told that it is over; who was not need not know.
  const endsMs = (state.clearedMs ?? nowMs) + 1000 * settings.flapSeconds;
  if (nowMs < endsMs) return { kind: 'wait', untilMs: endsMs };
  return state.messages > 0 && !state.isEndTold ? { kind: 'send-end' } : { kind: 'end' };
}
