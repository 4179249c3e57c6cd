import { readFileSync } from 'node:fs';
import { homePlaces } from '../config/home-places.js';
import { BadInput, Failure } from '../failure.js';
import { jsonOfFormat, withoutVersion } from '../formats/version-found.js';
import { type ClockSpec, clockSpec } from '../market/clock/market-clock.js';
import { replaceFile } from './disk/replace-file.js';

/** Where a home folder keeps the clock that all its processes share. */
export function clockSpecFile(home: string): string {
  return homePlaces(home).marketClock;
}

/** The spec in a file; null where there is no file. @throws BadInput when the file holds something else */
export function readClockSpec(file: string): ClockSpec | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const fix = `delete ${file} to start market time anew`;
  let value: unknown;
  try {
    value = jsonOfFormat('market clock', file, text);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new BadInput(file, undefined, `not JSON: ${(error as Error).message}`, fix);
  }
  const parsed = clockSpec.safeParse(withoutVersion('market clock', value));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new BadInput(file, issue.path.join('.') || undefined, issue.message, fix);
}

/** Writes the spec once for all processes: whole or not at all. */
export function writeClockSpec(file: string, spec: ClockSpec): void {
  replaceFile(file, `${JSON.stringify({ v: 1, ...clockSpec.parse(spec) })}\n`);
}
