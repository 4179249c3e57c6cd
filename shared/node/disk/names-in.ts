import { readdirSync } from 'node:fs';

/** Names of what lies in a folder; none where there is no folder. @throws the system error of one that this user may not read */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
