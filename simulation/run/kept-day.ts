import { z } from 'zod';
import { INVARIANTS } from '../invariants/violation.js';
import type { Plan } from '../plan/plan.js';

/** A day that broke an invariant once: kept with its plan, because a seed draws another day once a kind of step is added. */
export interface KeptDay {
  readonly invariant: string;
  /** What was wrong, in plain words. */
  readonly found: string;
  readonly plan: Plan;
}

const keptDays = z.array(
  z.object({
    invariant: z.enum(INVARIANTS),
    found: z.string(),
    plan: z.object({ seed: z.number().int(), setting: z.looseObject({}), steps: z.array(z.looseObject({})) }),
  }),
);

/** @throws ZodError where the text is something else */
export function parseKeptDays(text: string): KeptDay[] {
  return keptDays.parse(JSON.parse(text)) as unknown as KeptDay[];
}
