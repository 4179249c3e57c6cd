import { SessionClock, SessionPhase } from '../../../shared/market/features/session-clock.js';

/** Where in its trade date a row lies. Distributions are compared within one of these only. */
export const PHASE_NAMES = ['no-rth', 'before', 'first-5', 'first-30', 'middle', 'last-30', 'after'] as const;
export type PhaseName = (typeof PHASE_NAMES)[number];

/** The opening is like nothing that follows. */
const OPENING_SECONDS = 300;

const BY_CODE: Readonly<Record<number, PhaseName>> = {
  [SessionPhase.noRth]: 'no-rth',
  [SessionPhase.before]: 'before',
  [SessionPhase.first30]: 'first-30',
  [SessionPhase.middle]: 'middle',
  [SessionPhase.last30]: 'last-30',
  [SessionPhase.after]: 'after',
};

/** @returns the phase of times (milliseconds since the epoch) that come in order. @throws OutsideCalendar */
export function phaseAt(instrument: string): (ms: number) => PhaseName {
  const clock = new SessionClock();
  clock.follow(instrument);
  return (ms) => {
    const phase = BY_CODE[clock.phase(ms)]!;
    return phase === 'first-30' && clock.secondsSinceOpen(ms) < OPENING_SECONDS ? 'first-5' : phase;
  };
}
