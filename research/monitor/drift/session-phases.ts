import { SessionClock, SessionPhase } from '../../../shared/market/features/session-clock.js';

/** Where in its trade date a row lies. Distributions are compared within one of these only. */
export const PHASE_NAMES = ['no-rth', 'before', 'first-30', 'middle', 'last-30', 'after'] as const;
export type PhaseName = (typeof PHASE_NAMES)[number];

const BY_CODE: Readonly<Record<number, PhaseName>> = {
  [SessionPhase.noRth]: 'no-rth',
  [SessionPhase.before]: 'before',
  [SessionPhase.first30]: 'first-30',
  [SessionPhase.middle]: 'middle',
  [SessionPhase.last30]: 'last-30',
  [SessionPhase.after]: 'after',
};

/** @param startMs ascending, milliseconds since the epoch */
export function phasesOf(startMs: readonly number[], instrument: string, clock = new SessionClock()): PhaseName[] {
  clock.follow(instrument);
  return startMs.map((ms) => BY_CODE[clock.phase(ms)]!);
}
