import { runDay } from '../day/run-day.js';
import type { Invariant } from '../invariants/violation.js';
import type { Plan, Step } from '../plan/plan.js';

/** Days that are tried at most: a plan rarely has more than fifty steps. */
const TRIES_MAX = 300;

export interface Shrunk {
  readonly plan: Plan;
  readonly tries: number;
}

/** The smallest part of a plan that is found to break the same invariant: steps go by halves, then one by one. */
export async function shrink(plan: Plan, invariant: Invariant): Promise<Shrunk> {
  let steps = plan.steps;
  let tries = 0;
  const stillBreaks = async (fewer: readonly Step[]) => {
    tries++;
    return (await runDay({ ...plan, steps: fewer })).violation?.invariant === invariant;
  };
  for (let size = Math.ceil(steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < steps.length && tries < TRIES_MAX; ) {
      const fewer = [...steps.slice(0, at), ...steps.slice(at + size)];
      if (await stillBreaks(fewer)) steps = fewer;
      else at += size;
    }
  }
  return { plan: { ...plan, steps }, tries };
}
