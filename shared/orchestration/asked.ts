import type { z } from 'zod';
import { Failure } from '../failure.js';

/**
 * What a step is asked, as its schema has it. Whoever may schedule a step chooses its arguments, so they are checked here
 * as any other input. The message names the field and never repeats what was in it.
 * @throws Failure 'WrongAsk'
 */
export function asked<T>(schema: z.ZodType<T>, value: unknown, fix = ONLY_WORKFLOWS): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') || 'the argument';
  throw new Failure('WrongAsk', `the step was asked wrongly: ${field}: ${issue?.message}`, fix);
}

const ONLY_WORKFLOWS = 'start a ship or a backtest, which ask their steps themselves';
