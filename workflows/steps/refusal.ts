import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import type { ZodError } from 'zod';

/** The broker's refusal inside an activity's failure, as the failure of the run; undefined for anything else. */
export function refusalIn(failure: unknown): ApplicationFailure | undefined {
  const cause = failure instanceof ActivityFailure ? failure.cause : failure;
  if (!(cause instanceof ApplicationFailure) || cause.type !== 'ReleaseRefused') return undefined;
  return ApplicationFailure.nonRetryable(cause.message, 'ReleaseRefused', ...(cause.details ?? []));
}

export function invalidInput(error: ZodError): ApplicationFailure {
  const [issue] = error.issues;
  const field = issue.path.join('.') || 'input';
  return ApplicationFailure.nonRetryable(
    `${field}: ${issue.message}. The input is one JSON object, e.g. {"recipe":"base","requestedBy":"your name"}`,
    'InvalidInput',
  );
}
