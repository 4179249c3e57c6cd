import { chmodSync, closeSync, fstatSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { Failure, UsageFailure } from '../../failure.js';
import { openPlainFile } from '../disk/plain-file.js';

const OTHERS = 0o077;

/** Says which rights what a process makes does not have, as an octal number; others never have any. */
export const UMASK_VARIABLE = 'BELIEVE_UMASK';

/**
 * Whatever this process and those that it starts create is for its own user alone: home folders, databases, logs. Where each process has
 * a user of its own, `BELIEVE_UMASK` (027 or 007) lets the group in that reads them; keys stay their user's. On Windows a user's
 * folders are his by their access lists, and this does nothing.
 * @throws UsageFailure where others would be let in
 */
export function keepFilesPrivate(asked: string | undefined = process.env[UMASK_VARIABLE]): void {
  process.umask(asked === undefined ? OTHERS : umaskOf(asked));
}

function umaskOf(text: string): number {
  if (/^0?0[0-7]7$/.test(text)) return Number.parseInt(text, 8);
  throw new UsageFailure(`${UMASK_VARIABLE}=${text} would let others in, or is no mask`, 'give 077, 027 or 007');
}

/** Makes a folder for its owner only, also one that was there before. @throws Failure 'ForeignFolder' */
export function makePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (process.platform === 'win32') return;
  const { mode, uid } = statSync(folder);
  if (uid !== process.getuid?.())
    throw new Failure('ForeignFolder', `${folder} belongs to another user`, 'choose a folder of your own as --home');
  if ((mode & OTHERS) !== 0) chmodSync(folder, 0o700);
}

/**
 * A file that holds a private key. One that others can read must be taken for known to them, and one that others can
 * write for theirs; so it is refused and not mended. Windows has access lists instead of modes: there it is only read.
 * @throws Failure 'KeyExposed'
 */
export function readPrivateFile(file: string): Buffer {
  const descriptor = openPlainFile(file);
  try {
    const { mode, uid } = fstatSync(descriptor);
    if (process.platform !== 'win32' && ((mode & OTHERS) !== 0 || !isOurs(uid)))
      throw new Failure(
        'KeyExposed',
        `${file} is not for its owner only (mode ${(mode & 0o777).toString(8).padStart(4, '0')})`,
        'make it yours with mode 0600; if anybody else may have read it, make another key (docs/release.md, Recovery)',
        { file },
      );
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The first line of such a file: a passphrase, a token; '' where it is empty. @throws Failure 'KeyExposed' */
export function readPrivateLine(file: string): string {
  return readPrivateFile(file).toString('utf8').split(/\r?\n/, 1)[0]!;
}

/** Root may hand a key to the user of a service. */
function isOurs(uid: number): boolean {
  return uid === 0 || uid === process.getuid?.() || process.getuid?.() === 0;
}
