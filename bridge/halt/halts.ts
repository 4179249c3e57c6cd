/** Why no new order may be sent. The first six pass by themselves; the others stay until an operator resumes. */
export type HaltCode =
  | 'connection'
  | 'feed'
  | 'disk'
  | 'journal'
  | 'kill-switch'
  | 'stopping'
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

const PASSING: ReadonlySet<HaltCode> = new Set(['connection', 'feed', 'disk', 'journal', 'kill-switch', 'stopping']);

/** Whether only an operator may lift it, also after a restart. */
export function isSticky(code: HaltCode): boolean {
  return !PASSING.has(code);
}

/** The set of reasons for which trading is halted now; empty means that nothing forbids it. */
export class Halts {
  private readonly reasons = new Map<HaltCode, string>();

  /** @param onChange told of every halt raised (reason) and lifted (null) */
  constructor(private readonly onChange: (code: HaltCode, reason: string | null) => void) {}

  raise(code: HaltCode, reason: string): void {
    if (this.reasons.get(code) === reason) return;
    const isNew = !this.reasons.has(code);
    this.reasons.set(code, reason);
    if (isNew) this.onChange(code, reason);
  }

  /** Raised once more, by a new request: what comes of it begins anew. */
  renew(code: HaltCode, reason: string): void {
    this.reasons.set(code, reason);
    this.onChange(code, reason);
  }

  /** Takes over a halt from before a restart. */
  restore(code: HaltCode, reason: string): void {
    this.reasons.set(code, reason);
  }

  lift(code: HaltCode): void {
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
