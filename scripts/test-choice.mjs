// Which test files the words after `npm test --` mean.
import { readdirSync } from 'node:fs';
import path from 'node:path';

const TEST_FILE = /\.test\.js$/;

/**
 * By folder of test/: the files to run of it, as paths without the ending (`bridge/risk`), in order.
 * @param {string} tests the built folder
 * @param {readonly string[]} words folders or files, such as `bridge`, `bridge/risk` or `test/bridge/swap.test.ts`; none: all
 * @returns {{filesByFolder: Map<string, string[]>, unknown: string[]}}
 */
export function chooseTests(tests, words = []) {
  const all = readdirSync(tests, { recursive: true })
    .filter((file) => TEST_FILE.test(file))
    .map((file) => file.split(path.sep).join('/').replace(TEST_FILE, ''))
    .sort();
  const names = words.map((word) => ({ word, name: nameOf(word) }));
  const means = (name, file) => file === name || file.startsWith(`${name}/`);
  const chosen = names.length === 0 ? all : all.filter((file) => names.some(({ name }) => means(name, file)));
  return {
    filesByFolder: Map.groupBy(chosen, (file) => file.split('/', 1)[0]),
    unknown: names.filter(({ name }) => !all.some((file) => means(name, file))).map(({ word }) => word),
  };
}

/** As written by a person or completed by a shell: of the source, of what is built, with a slash at its end. */
function nameOf(word) {
  return path.posix
    .normalize(word.replaceAll('\\', '/'))
    .replace(/^(dist\/)?test\//, '')
    .replace(/\/$/, '')
    .replace(/\.test(\.[jt]s)?$/, '');
}
