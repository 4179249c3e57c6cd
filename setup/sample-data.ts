import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Seen from dist/setup/. */
const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));
/** Folders that tests read from. */
const KINDS = ['bars', 'binance', 'calendar', 'databento', 'es-depth', 'gc-trades', 'sierra'];

/**
 * Real market data that tests and benches read, no part of this repository: in the folder that BELIEVE_SAMPLE_DATA names,
 * else in shared/data beside the checkout.
 */
export function sampleFolder(env: NodeJS.ProcessEnv = process.env): string {
  return path.resolve(env.BELIEVE_SAMPLE_DATA || path.join(CHECKOUT, '../shared/data'));
}

/** Absolute path of a sample, there or not. @param name such as `bars/NQ-5m-20241202-20250929.csv.gz` */
export function sampleFile(name: string): string {
  return path.join(sampleFolder(), ...name.split('/'));
}

/** What is missing of it, as one sentence; undefined where all is here. */
export function missingSamples(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const folder = sampleFolder(env);
  const missing = KINDS.filter((kind) => !existsSync(path.join(folder, kind)));
  if (missing.length === 0) return undefined;
  return `the sample data is not all here, tests that read it will fail: no ${missing.join(', ')} in ${folder}; put it there, or name another folder in BELIEVE_SAMPLE_DATA`;
}
