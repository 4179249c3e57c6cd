import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import type { ZodError } from 'zod';
import type { FailureType } from '../../shared/failure-types.js';

/** A failure that ends a run, or refuses an update: trying again would say the same. */
export function finalFailure(type: FailureType, message: string, ...details: unknown[]): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, type, ...details);
}

const REFUSED: FailureType = 'ReleaseRefused';

/** The broker's refusal inside an activity's failure, as the failure of the run; undefined for anything else. */
export function refusalIn(failure: unknown): ApplicationFailure | undefined {
  const cause = causeOf(failure);
  if (!(cause instanceof ApplicationFailure) || cause.type !== REFUSED) return undefined;
  return finalFailure(REFUSED, cause.message, ...(cause.details ?? []));
}

/** Another host's fold that the host of the ship does not take. */
export function isRefusedFold(failure: unknown): boolean {
  const cause = causeOf(failure);
  const type: FailureType = 'FoldRefused';
  return cause instanceof ApplicationFailure && cause.type === type;
}

const causeOf = (failure: unknown): unknown => (failure instanceof ActivityFailure ? failure.cause : failure);

/** @param example an input that is right, as JSON */
export function invalidInput(error: ZodError, example: string): ApplicationFailure {
  const [issue] = error.issues;
  const field = issue?.path.join('.') || 'input';
  return finalFailure('InvalidInput', `${field}: ${issue?.message}. The input is one JSON object, e.g. ${example}`);
}
