/** Called before a step's answer: throw, or wait, to script a fault. */
export type BeforeStep = (step: string, attempt: number) => Promise<void> | void;

/** Steps that answer by a script; `calls` holds their names in order. */
export function scriptedSteps(before: BeforeStep | undefined) {
  const calls: string[] = [];
  const attempts = new Map<string, number>();
  const answer = async <T>(step: string, value: () => T): Promise<T> => {
    calls.push(step);
    const attempt = (attempts.get(step) ?? 0) + 1;
    attempts.set(step, attempt);
    await before?.(step, attempt);
    return value();
  };
  return { calls, answer };
}
