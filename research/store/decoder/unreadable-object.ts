import { Failure } from '../../../shared/failure.js';

/** An object that cannot be read, whoever tried. */
export function unreadable(file: string, reason: string): Failure {
  return new Failure(
    'UnreadableObject',
    `${file} cannot be read: ${reason}`,
    'run `believe store fsck`; import again what it was made from',
    { file },
  );
}
