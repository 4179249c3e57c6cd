import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

/** `believe capture WORDS` as a process of its own. */
export function believe(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [MAIN, 'capture', ...words], { encoding: 'utf8', maxBuffer: 1 << 26 });
}
