import { Failure } from '../shared/failure.js';

const RUNBOOK = 'docs/bridge.md, runbook "A start that fails"';

/** Why a bridge has not started, always with the next step and where to read on. The first cause stays attached. */
export function startFailure(error: unknown): Failure {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof Failure) return withRunbook(error, error);
  if (typeof code === 'string') {
    const message = `the bridge cannot start: ${(error as Error).message}`;
    return withRunbook({ type: 'CannotStart', message, fix: 'mend what it names' }, error);
  }
  const message = `defect: ${error instanceof Error ? error.stack : String(error)}`;
  return withRunbook({ type: 'StartDefect', message, fix: 'report it' }, error);
}

type Told = Pick<Failure, 'type' | 'message' | 'fix'> & Partial<Pick<Failure, 'details'>>;

function withRunbook({ type, message, fix, details }: Told, cause: unknown): Failure {
  const sentence = `${fix === undefined ? '' : `${fix}; `}nothing was sent and nothing is running: ${RUNBOOK}`;
  return Object.assign(new Failure(type, message, sentence, details), { cause });
}
