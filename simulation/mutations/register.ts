import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import type { Patch } from './mutants.js';

// Loaded ahead of everything (`node --import`): changes modules of dist/ as they are loaded, as SIMULATION_PATCHES says.
const patches = JSON.parse(process.env.SIMULATION_PATCHES ?? '[]') as Patch[];
for (const { file, find } of patches) {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  // A mutant that no longer changes anything would be called unnoticed, or worse, go unnoticed itself.
  if (text.split(find).length !== 2) {
    process.stderr.write(`the mutant no longer fits: ${file} does not hold this text once: ${find}\n`);
    process.exit(3);
  }
}
register(new URL('./patching-loader.js', import.meta.url), { data: patches });
