import { type Dirent, existsSync, readdirSync } from 'node:fs';

/** Names of the plain files of a folder, in order; none where there is no folder. */
export function filesIn(folder: string): string[] {
  return namesIn(folder, (entry) => entry.isFile());
}

/** Names of the folders in a folder, in order; none where there is no folder. */
export function foldersIn(folder: string): string[] {
  return namesIn(folder, (entry) => entry.isDirectory());
}

function namesIn(folder: string, isMeant: (entry: Dirent) => boolean): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter(isMeant)
    .map(({ name }) => name)
    .sort();
}
