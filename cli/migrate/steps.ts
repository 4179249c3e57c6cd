import type { StampedName } from '../../shared/formats/formats.js';
import type { VersionFound } from '../../shared/formats/version-found.js';

/** How a file of an older version is written anew as one of the next. */
export interface MigrationStep {
  readonly format: StampedName;
  readonly from: VersionFound;
  readonly to: number;
  /** The whole file, of which nothing is lost. @throws SyntaxError where it is no document of its format */
  rewrite(text: string): string;
}

/**
 * Every step that there is. Logs that only grow have none: their older entries stay as they were written, and every build reads them.
 */
export const MIGRATION_STEPS: readonly MigrationStep[] = (
  ['settings', 'market clock', 'capture position'] satisfies StampedName[]
).map((format) => ({ format, from: 'absent', to: 1, rewrite: withVersion }));

export function stepFor(format: StampedName, from: VersionFound): MigrationStep | null {
  return MIGRATION_STEPS.find((step) => step.format === format && step.from === from) ?? null;
}

/** Puts the version before the first field and changes no other character. */
function withVersion(text: string): string {
  const [, open, space] = /^\s*(\{)(\s*)"/.exec(text) ?? [];
  if (open === undefined || typeof JSON.parse(text) !== 'object')
    throw new SyntaxError('it is no JSON object with fields');
  const version = space === '' ? '"v":1,' : `${space}"v": 1,${space}`;
  return text.replace(/\{\s*/, `{${version}`);
}
