import { spawnSync } from 'node:child_process';
import { closeSync, cpSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';

/** A real file system of a few MiB in the place of a folder, with what was in it. */
export class SmallDisk {
  private constructor(private readonly folder: string) {}

  /** @throws Failure where this user may not mount: such a test must fail, not pass without a full disk */
  static mount(folder: string, sizeMiB: number): SmallDisk {
    const before = `${folder}.before`;
    renameSync(folder, before);
    mkdirSync(folder);
    const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMiB}m`, 'tmpfs', folder]);
    if (status !== 0) throw new Error(`no file system can be mounted: ${stderr}; run this test as root, on Linux`);
    cpSync(before, folder, { recursive: true });
    rmSync(before, { recursive: true });
    return new SmallDisk(folder);
  }

  /** Takes every byte that is left. */
  fill(): void {
    const descriptor = openSync(this.ballast, 'a');
    try {
      for (let bytes = Buffer.alloc(64 * 1024); bytes.length > 0; )
        try {
          writeSync(descriptor, bytes);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
          bytes = bytes.subarray(0, Math.floor(bytes.length / 2));
        }
    } finally {
      closeSync(descriptor);
    }
  }

  makeRoom(): void {
    rmSync(this.ballast, { force: true });
  }

  unmount(): void {
    spawnSync('umount', ['-l', this.folder]);
  }

  private get ballast(): string {
    return path.join(this.folder, 'ballast');
  }
}
