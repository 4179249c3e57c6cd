import { readFileSync } from 'node:fs';
import path from 'node:path';
import { filesIn } from '../bundle/archive.js';

/** As a schema says which version of a file or line it reads. */
const VERSION = /\bv: z\.literal\((\d+)\)/g;

/** The newest version of each format that a build reads, by the module that describes it. */
export function formatsOf(folder: string): Map<string, number> {
  const dist = path.join(folder, 'dist');
  const formats = new Map<string, number>();
  for (const file of filesIn(dist)) {
    if (!file.endsWith('.js') || /^(test|bench|simulation)\//.test(file)) continue;
    const versions = [...readFileSync(path.join(dist, file), 'utf8').matchAll(VERSION)].map(([, v]) => Number(v));
    if (versions.length > 0) formats.set(file.replace(/\.js$/, ''), Math.max(...versions));
  }
  return formats;
}

/** What the build in use may have written, and the other one could not read. */
export function formatsBackwards(from: string, to: string): string[] {
  const later = formatsOf(to);
  return [...formatsOf(from)].flatMap(([format, version]) => {
    const other = later.get(format);
    return other !== undefined && other < version
      ? [`${format} goes back from version ${version} to ${other}: what was written since could not be read`]
      : [];
  });
}
