/** What was found of one thing that a host needs. */
export interface Finding {
  /** Such as `folder /var/lib/believe/signer/keys`. */
  readonly item: string;
  /** unknown: it could not be looked at here, and `found` says why. */
  readonly state: 'ok' | 'differs' | 'missing' | 'extra' | 'unknown';
  readonly found: string;
  readonly expected: string;
  /** Why it matters. */
  readonly why: string;
  readonly fix: string;
}

type Told = Omit<Finding, 'state'>;

export const ok = (item: string, found: string, why: string): Finding => ({
  ...{ item, state: 'ok', found, expected: found, why, fix: '' },
});
export const differs = (told: Told): Finding => ({ ...told, state: 'differs' });
export const missing = (told: Omit<Told, 'found'>): Finding => ({ ...told, state: 'missing', found: 'nothing' });
export const extra = (told: Omit<Told, 'expected'>): Finding => ({ ...told, state: 'extra', expected: 'nothing' });
export const unknown = (item: string, found: string, why: string): Finding => ({
  ...{ item, state: 'unknown', found, expected: 'to be looked at', why, fix: '' },
});
/** Asked to be tried, and not tried: nothing was shown, which is a fault, for whoever asks wants to know that it is refused. */
export const notTried = (item: string, found: string, why: string, fix: string): Finding =>
  differs({ item, found, expected: 'to be tried, and refused', why, fix });

/** Whether a host is as it should be. What could not be looked at is told, and no fault. */
export const isClean = (findings: readonly Finding[]): boolean =>
  findings.every(({ state }) => state === 'ok' || state === 'unknown');
