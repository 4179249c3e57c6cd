import { activityInfo, Context, heartbeat } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { Failure } from '../shared/failure.js';
import type { FailureType } from '../shared/failure-types.js';
import { WORKER_STOPPED } from '../shared/orchestration/ship/messages.js';
import type { StepContext, StepProgress } from '../shared/orchestration/step-context.js';

const HEARTBEAT_EVERY_MS = 1000;

/**
 * Runs one step of an activity: heartbeats while it works, hands on cancellation, and turns typed failures into ones
 * that Temporal does not retry, except where the failure says that trying again can help.
 */
export async function step<T>(work: (context: StepContext) => Promise<T>): Promise<T> {
  const activity = Context.current();
  let latest: StepProgress = { doing: activityInfo().activityType };
  heartbeat(latest);
  const timer = setInterval(() => activity.heartbeat(latest), HEARTBEAT_EVERY_MS);
  try {
    return await work({
      signal: activity.cancellationSignal,
      progress: (progress) => {
        latest = progress;
      },
    });
  } catch (error) {
    throw activity.cancellationSignal.aborted ? stopped(activity) : asStepFailure(error);
  } finally {
    clearInterval(timer);
  }
}

/** An operator's abort ends the step for good; a worker that shuts down leaves it to the next one. */
function stopped(activity: Context): Error {
  if (activity.cancellationDetails?.cancelRequested) return new CancelledFailure('aborted by an operator');
  return ApplicationFailure.retryable('the worker stopped in the middle of this step', WORKER_STOPPED);
}

function asStepFailure(error: unknown): unknown {
  if (error instanceof Failure) {
    const message = error.fix ? `${error.message}. To mend it: ${error.fix}` : error.message;
    return ApplicationFailure.create({
      message,
      type: error.type,
      nonRetryable: !error.retryable,
      details: [error.details],
      cause: error,
    });
  }
  const { code, path } = (error ?? {}) as NodeJS.ErrnoException;
  if (code === 'ENOSPC') {
    return ApplicationFailure.create({
      message: `the disk is full${path ? ` at ${path}` : ''}: free some space, the step is tried again`,
      type: 'DiskFull' satisfies FailureType,
      cause: error as Error,
    });
  }
  return error;
}
