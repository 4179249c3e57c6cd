import { Failure, UsageFailure } from '../shared/failure.js';
import { terminalText } from './output.js';

/** What the operating system refuses, in words. */
const SYSTEM_SENTENCES: Readonly<Record<string, readonly [sentence: string, fix: string]>> = {
  ENOSPC: ['the disk is full', 'free some space; nothing that was accepted is lost, start again'],
  EACCES: ['permission denied', 'give this user the right, or choose another --home'],
  EROFS: ['the file system is read-only', 'choose another --home'],
  EMFILE: ['too many open files', 'raise the limit (ulimit -n)'],
};

/** Exit codes: 1 a check failed or the work could not be done, 2 wrong usage. */
export interface FailureText {
  readonly text: string;
  readonly exitCode: 1 | 2;
}

/** Why a command ends without success, for the person who gave it. What nobody thought of is called a defect. */
export function failureText(error: unknown): FailureText {
  if (error instanceof Failure)
    return { text: textOf(error.message, error.fix), exitCode: error instanceof UsageFailure ? 2 : 1 };
  const known = SYSTEM_SENTENCES[codeOf(error)];
  if (!known) return { text: textOf(`defect: ${error instanceof Error ? error.stack : String(error)}`), exitCode: 1 };
  const { path, message } = error as NodeJS.ErrnoException;
  const [sentence, fix] = known;
  return { text: textOf(`${sentence}${path ? `: ${path}` : ''} (${message})`, fix), exitCode: 1 };
}

export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | null)?.code ?? '';
}

function textOf(message: string, fix?: string): string {
  return terminalText(`believe: ${message}\n${fix ? `  -> ${fix}\n` : ''}`);
}
