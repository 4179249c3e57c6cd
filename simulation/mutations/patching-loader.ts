import type { LoadHook } from 'node:module';
import type { Patch } from './mutants.js';

let patches: readonly Patch[] = [];

export function initialize(given: readonly Patch[]): void {
  patches = given;
}

/** A module's own text, with the patches that are meant for it. */
export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  const own = patches.filter(({ file }) => url.endsWith(`/dist/${file}`));
  if (own.length === 0) return loaded;
  const text = own.reduce((source, { find, replace }) => source.replace(find, () => replace), String(loaded.source));
  return { ...loaded, source: text };
};
