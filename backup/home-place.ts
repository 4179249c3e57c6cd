import { nameFault } from '../shared/trust/safe-name.js';

/** A name of a ustar header, with `home/` before it. */
const PLACE_BYTES_MAX = 240;
/** Names of runs and reports have characters that a release has not, and that no system takes for anything else. */
const HARMLESS = new Set<string | undefined>(['short-name', 'unusual-character', 'too-long']);
const NEVER_ON_WINDOWS = /[<>:"|?*]/;

/** Why a path inside a home could not be restored everywhere as the file that it spells; undefined for one that can. */
export function placeFault(name: string): string | undefined {
  const fault = nameFault(name);
  if (fault !== undefined && !HARMLESS.has(fault)) return fault;
  if (name.length > PLACE_BYTES_MAX) return 'too-long';
  return NEVER_ON_WINDOWS.test(name) ? 'unusual-character' : undefined;
}
