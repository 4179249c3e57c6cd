import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { homePlaces } from '../shared/config/home-places.js';
import { isAlive } from './write-archive.js';

/** Whether a process that a stack of this home started still lives. A number that went to another program counts as one. */
export function isHomeRunning(home: string): boolean {
  const { run } = homePlaces(home);
  if (!existsSync(run)) return false;
  return readdirSync(run)
    .filter((name) => name.endsWith('.pid'))
    .map((name) => Number.parseInt(readFileSync(path.join(run, name), 'utf8'), 10))
    .some((pid) => pid > 1 && isAlive(pid));
}
