/** What a step or a workflow came to, where it says so by a word of its own: `hold`, `swapped`, `Live`. */
export function outcomeOf(result: unknown): string | undefined {
  const { outcome, verdict } = (result ?? {}) as { readonly outcome?: unknown; readonly verdict?: unknown };
  const word = outcome ?? verdict;
  return typeof word === 'string' && /^[A-Za-z-]{1,32}$/.test(word) ? word : undefined;
}

/** The release that a step is asked about, or that a workflow has made. */
export function releaseOf(value: unknown): string | undefined {
  const { modelVersion, release } = (value ?? {}) as { readonly modelVersion?: unknown; readonly release?: unknown };
  if (typeof modelVersion === 'number') return `believe-v${modelVersion}`;
  return typeof release === 'object' && release !== null ? releaseOf({ ...release, release: null }) : undefined;
}

/** The type of a failure, ours or of a step of ours; never its message. */
export function failureTypeOf(error: unknown): string {
  const { type, name, cause } = (error ?? {}) as Record<'type' | 'name' | 'cause', unknown>;
  if (typeof type === 'string' && type !== '') return type;
  if (name === 'ActivityFailure' || name === 'ChildWorkflowFailure') return failureTypeOf(cause);
  return typeof name === 'string' ? name : 'Error';
}
