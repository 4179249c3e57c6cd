import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { syncFolder } from './replace-file.js';

/** Makes a folder and those above it, so that a power cut does not take it back with all that was waited for in it. */
export function makeFolder(folder: string, mode?: number): void {
  const first = mkdirSync(folder, { recursive: true, ...(mode === undefined ? {} : { mode }) });
  if (first === undefined) return;
  for (let made = path.resolve(folder); made.length >= path.resolve(first).length; made = path.dirname(made))
    syncFolder(path.dirname(made));
}
