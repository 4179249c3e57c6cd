import { closeSync, constants, openSync } from 'node:fs';

export interface FileLock {
  /** The file stays: whoever removed it could remove the one that another process has just locked. */
  release(): void;
}

/** Of libuv, for Windows: nobody else may open the file while it is open here (share mode 0). Node has no name for it. */
const UV_FS_O_EXLOCK = 0x10000000;
/** Of flock(2), the same on Linux and macOS. */
const LOCK_EX = 2;
const LOCK_NB = 4;

/**
 * Takes a file for this process, by a lock of the operating system that belongs to the open file: it ends with the
 * process, whatever ends it, leaves nothing stale behind, and holds for every path and container that shows the same file.
 * The file is created where missing and never written to.
 * @returns null where another process, or another part of this one, holds it
 * @throws the system error where the file cannot be opened or its file system knows no locks
 */
export async function lockFile(file: string): Promise<FileLock | null> {
  return process.platform === 'win32' ? lockByShareMode(file) : lockByFlock(file);
}

function lockByShareMode(file: string): FileLock | null {
  try {
    return lockOf(openSync(file, constants.O_RDWR | constants.O_CREAT | UV_FS_O_EXLOCK));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EBUSY') return null;
    throw error;
  }
}

async function lockByFlock(file: string): Promise<FileLock | null> {
  const { default: koffi } = await import('koffi');
  // Node itself has no call for it; the symbol is the one of the C library that Node runs on.
  const flock = koffi.load(null).func('int flock(int descriptor, int operation)') as (
    fd: number,
    how: number,
  ) => number;
  const descriptor = openSync(file, constants.O_RDWR | constants.O_CREAT);
  if (flock(descriptor, LOCK_EX | LOCK_NB) === 0) return lockOf(descriptor);
  const number = koffi.errno();
  closeSync(descriptor);
  const { EWOULDBLOCK, EAGAIN } = koffi.os.errno;
  if (number === EWOULDBLOCK || number === EAGAIN) return null;
  const code = Object.entries(koffi.os.errno).find(([, value]) => value === number)?.[0] ?? String(number);
  throw Object.assign(new Error(`${code}: the file system refuses to lock ${file}`), { code, path: file });
}

function lockOf(descriptor: number): FileLock {
  return { release: () => closeSync(descriptor) };
}
