import { copyFileSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs';

export const LOG_BYTES_MAX = 64 * 2 ** 20;

/**
 * Sets a log aside as `<name>.1`, in place of the one before, once it is too long. The process that writes it has it open to
 * append: it is copied and emptied, not renamed, so that this process goes on in the same file. What is written between the two
 * is lost, which is why journals are not logs. A failure is not worth ending a process for: it is tried again.
 */
export function limitLog(file: string, bytesMax = LOG_BYTES_MAX): void {
  try {
    if (statSync(file).size <= bytesMax) return;
    copyFileSync(file, `${file}.1.tmp`);
    renameSync(`${file}.1.tmp`, `${file}.1`);
    truncateSync(file);
  } catch {
    // Not there yet, or the disk is full.
    rmSync(`${file}.1.tmp`, { force: true });
  }
}
