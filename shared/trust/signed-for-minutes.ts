/** Long enough for a second operator to sign; short enough that a statement nobody used is soon worth nothing. */
export const STATEMENT_LIFETIME_MS = 15 * 60_000;
/** How far the clock of whoever signs may be ahead of the one that is asked. */
const AHEAD_MS_MAX = 60_000;

/** When an operator signed something that is to be done now, and until when. */
export interface SignedForMinutes {
  readonly at: string;
  readonly expires: string;
}

export function minutesFrom(nowMs: number): SignedForMinutes {
  return { at: new Date(nowMs).toISOString(), expires: new Date(nowMs + STATEMENT_LIFETIME_MS).toISOString() };
}

/** Why a statement is worth nothing at a time; null where it is in its minutes. */
export function whyNotNow(
  { at, expires }: SignedForMinutes,
  nowMs: number,
): { fault: 'not-yet' | 'expired'; why: string } | null {
  const [signedMs, expiresMs] = [Date.parse(at), Date.parse(expires)];
  if (signedMs - nowMs > AHEAD_MS_MAX)
    return { fault: 'not-yet', why: `it was signed at ${at}, which is still to come by the clock here` };
  // Whatever it says of its end itself: nobody can sign in store.
  if (nowMs >= Math.min(expiresMs, signedMs + STATEMENT_LIFETIME_MS))
    return { fault: 'expired', why: `it was signed at ${at} and has expired` };
  return null;
}
