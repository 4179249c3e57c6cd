import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A file system of a few MiB in an empty folder. */
export class SmallFileSystem {
  private constructor(private readonly folder: string) {}

  /** @returns why not, where this user may not mount one */
  static mount(folder: string, sizeMiB: number): SmallFileSystem | string {
    mkdirSync(folder);
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMiB}m`, 'tmpfs', folder]);
    return status === 0 ? new SmallFileSystem(folder) : 'no file system can be mounted: run this as root, on Linux';
  }

  /** Takes all the room that is left. */
  fill(): void {
    for (let file = 0; ; file++)
      try {
        const { bavail, bsize } = statfsSync(this.folder);
        if (bavail === 0) return;
        writeFileSync(path.join(this.folder, `ballast-${file}`), Buffer.alloc(bavail * bsize));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
  }

  makeRoom(): void {
    for (let file = 0; file < 100; file++) rmSync(path.join(this.folder, `ballast-${file}`), { force: true });
  }

  unmount(): void {
    spawnSync('umount', ['-l', this.folder]);
  }
}
