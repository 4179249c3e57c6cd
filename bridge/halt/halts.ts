/** Why no new order may be sent. The first eight pass by themselves; the others stay until an operator resumes. */
export type HaltCode =
  | 'connection'
  | 'feed'
  | 'disk'
  | 'journal'
  | 'control'
  | 'limits'
  | 'stopping'
  | 'roll'
  | 'kill-switch'
  | 'flatten'
  | 'position-mismatch'
  | 'orphan-order'
  | 'other-contract'
  | 'foreign-execution'
  | 'double-order'
  | 'daily-loss'
  | 'reject-burst'
  | 'odd-report'
  | 'account'
  | 'account-currency';

const PASSING: ReadonlySet<HaltCode> = new Set([
  ...(['connection', 'feed', 'disk', 'journal', 'control', 'limits', 'stopping', 'roll'] as const),
]);

/** Whether only an operator may lift it, also after a restart. */
export function isSticky(code: HaltCode): boolean {
  return !PASSING.has(code);
}

/** The set of reasons for which trading is halted now; empty means that nothing forbids it. */
export class Halts {
  private readonly reasons = new Map<HaltCode, string>();
  /** Monotonic ms; not of one from before a restart whose time is not known: it is older than anything. */
  private readonly sinceMs = new Map<HaltCode, number>();

  /** @param onChange told of every halt raised (reason) and lifted (null) */
  constructor(private readonly onChange: (code: HaltCode, reason: string | null) => void) {}

  raise(code: HaltCode, reason: string): void {
    if (this.reasons.get(code) === reason) return;
    const isNew = !this.reasons.has(code);
    this.reasons.set(code, reason);
    if (!isNew) return;
    this.sinceMs.set(code, performance.now());
    this.onChange(code, reason);
  }

  /** Raised once more, by a new request: what comes of it begins anew. */
  renew(code: HaltCode, reason: string): void {
    this.reasons.set(code, reason);
    this.sinceMs.set(code, performance.now());
    this.onChange(code, reason);
  }

  /** Takes over a halt from before a restart. @param ageMs since it was raised; infinite where nobody knows */
  restore(code: HaltCode, reason: string, ageMs: number): void {
    this.reasons.set(code, reason);
    this.sinceMs.set(code, performance.now() - ageMs);
  }

  /** The halt that was raised last among those that only an operator lifts, and how long ago; null where there is none. */
  get newestSticky(): { readonly code: HaltCode; readonly ageMs: number } | null {
    const nowMs = performance.now();
    const all = this.codes.filter(isSticky).map((code) => ({ code, ageMs: nowMs - (this.sinceMs.get(code) ?? 0) }));
    return all.reduce<(typeof all)[number] | null>((a, b) => (a === null || b.ageMs < a.ageMs ? b : a), null);
  }

  lift(code: HaltCode): void {
    this.sinceMs.delete(code);
    if (this.reasons.delete(code)) this.onChange(code, null);
  }

  has(code: HaltCode): boolean {
    return this.reasons.has(code);
  }

  get any(): boolean {
    return this.reasons.size > 0;
  }

  get codes(): HaltCode[] {
    return [...this.reasons.keys()];
  }

  get byCode(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.reasons);
  }

  /** In plain words; null while nothing is halted. */
  get sentence(): string | null {
    return this.reasons.size === 0 ? null : [...this.reasons].map(([code, reason]) => `${code}: ${reason}`).join('; ');
  }
}
