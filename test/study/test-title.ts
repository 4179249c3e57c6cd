/** Figures of a test, shown behind its title. */
export function show(test: Mocha.Context, figures: string): void {
  if (test.test) test.test.title += ` (${figures})`;
}

/** Ends a test that this machine cannot run, and shows the reason. */
export function skipped(test: Mocha.Context, reason: string): never {
  show(test, `skipped: ${reason}`);
  return test.skip();
}
