import { Failure } from '../shared/failure.js';

const RUNBOOK = 'docs/bridge.md, runbook "A start that fails"';

/** Why a bridge has not started, always with the next step and where to read on. The first cause stays attached. */
export function startFailure(error: unknown): Failure {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof Failure) return failure(error, error.type, error.message, error.fix, error.details);
  if (typeof code === 'string')
    return failure(error, 'CannotStart', `the bridge cannot start: ${(error as Error).message}`, 'mend what it names');
  return failure(error, 'StartDefect', `defect: ${error instanceof Error ? error.stack : String(error)}`, 'report it');
}

function failure(cause: unknown, type: string, message: string, fix: string | undefined, details?: Failure['details']) {
  const sentence = `${fix === undefined ? '' : `${fix}; `}nothing was sent and nothing is running: ${RUNBOOK}`;
  return Object.assign(new Failure(type, message, sentence, details), { cause });
}
