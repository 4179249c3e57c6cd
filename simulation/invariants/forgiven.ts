import { INVARIANTS, type Invariant } from './violation.js';

const forgiven = new Set<Invariant>();

/** Violations of these are not told: to see what else an older version of the bridge does wrong. @throws Error */
export function forgive(names: string): void {
  for (const name of names.split(',').filter((part) => part !== '')) {
    const invariant = INVARIANTS.find((candidate) => candidate === name);
    if (!invariant) throw new Error(`there is no invariant ${name}; there are ${INVARIANTS.join(', ')}`);
    forgiven.add(invariant);
  }
}

export function isForgiven(invariant: Invariant): boolean {
  return forgiven.has(invariant);
}
