import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import { WORKER_STOPPED } from '../../shared/orchestration/ship/messages.js';

/**
 * Runs an irreversible step. Where its outcome is unknown (the worker vanished in the middle), asks for the state, and
 * only where nothing has happened tries again: the step itself is idempotent by ship, so this repeats nothing.
 */
export async function settle<T>(step: () => Promise<T>, stateNow: () => Promise<T | null>): Promise<T> {
  for (;;) {
    try {
      return await step();
    } catch (failure) {
      if (!outcomeIsUnknown(failure)) throw failure;
      const found = await stateNow();
      if (found !== null) return found;
    }
  }
}

/** A time-out, or a worker that shut down under the step. */
function outcomeIsUnknown(failure: unknown): boolean {
  if (!(failure instanceof ActivityFailure)) return false;
  const { cause } = failure;
  return cause instanceof TimeoutFailure || (cause instanceof ApplicationFailure && cause.type === WORKER_STOPPED);
}
