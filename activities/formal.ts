import type { z } from 'zod';
import { asked } from '../shared/orchestration/asked.js';
import { step } from './step.js';

/** The same steps, each of which looks at the form of what it is asked before it begins. */
export function formal<T extends object>(forms: Readonly<Record<keyof T, z.ZodType>>, steps: T): T {
  const entries = Object.entries(steps) as [keyof T, (ask: unknown) => Promise<unknown>][];
  const guarded = entries.map(([name, run]) => [
    name,
    (ask: unknown) => (forms[name].safeParse(ask).success ? run(ask) : step(async () => asked(forms[name], ask))),
  ]);
  return Object.fromEntries(guarded) as T;
}
