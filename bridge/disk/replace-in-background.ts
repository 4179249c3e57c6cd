import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const RENAMES_MAX = 5;

/** `replaceFile` of shared/disk, without stopping the event loop: an fsync may take long, and the bridge trades. */
export async function replaceInBackground(file: string, text: string): Promise<void> {
  const temporary = `${file}.tmp`;
  try {
    const handle = await open(temporary, 'w');
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await renamePatiently(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolderInBackground(path.dirname(file));
}

/** On Windows a rename fails while a reader holds the target open. */
export async function renamePatiently(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      if (attempt === RENAMES_MAX || (error as NodeJS.ErrnoException).code === 'ENOENT') throw error;
      await sleep(10 * 2 ** attempt);
    }
  }
}

/** Makes a rename durable. Windows cannot open a folder for this and does not need it. */
export async function syncFolderInBackground(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
