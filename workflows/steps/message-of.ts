import { ActivityFailure } from '@temporalio/workflow';

/** What a step said when it failed, and not that a step has failed. */
export function messageOf(failure: unknown): string {
  const cause = failure instanceof ActivityFailure ? failure.cause : failure;
  return cause instanceof Error ? cause.message : String(cause);
}
