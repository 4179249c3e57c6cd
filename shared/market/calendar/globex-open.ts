import type { GlobexSession } from './session.js';

/** Whether a moment lies in a Globex session, and not in its pause; null is a date without one. */
export function isGlobexOpenAt(session: GlobexSession | null, ms: number): boolean {
  if (session === null || ms < session.globexOpenMs || ms >= session.globexCloseMs) return false;
  const { pause } = session;
  return !(pause && ms >= pause.startMs && ms < pause.endMs);
}
