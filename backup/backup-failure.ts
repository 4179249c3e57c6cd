import { Failure, type Failure as FailureOf } from '../shared/failure.js';

/** What was decrypted is no backup as this program writes them, or tries to be more than one. */
export function backupRefused(file: string, why: string): FailureOf {
  return new Failure(
    'BackupRefused',
    `${file} is not taken: ${why}`,
    'nothing was written; find out who made it, and take another backup',
    { file, why },
  );
}

/** Bytes are not those that were written. */
export function backupDamaged(file: string, why: string): FailureOf {
  return new Failure(
    'BackupDamaged',
    `${file} is damaged: ${why}`,
    'nothing was written; take another copy of it, or an older backup',
    {
      file,
      why,
    },
  );
}
