import { existsSync, readFileSync } from 'node:fs';
import type { FileNeed } from '../plan/host-needs.js';
import { differs, type Finding, missing, ok } from './finding.js';

/** Compares what a file holds with what it should, but for the lines that a person fills in. @param at where it lies here */
export function checkContent(file: FileNeed, at: string, again: string): Finding {
  const item = `file ${file.path}`;
  const expected = `${file.content.split('\n').length - 1} lines of the plan`;
  if (!existsSync(at)) return missing({ item, expected, why: file.why, fix: again });
  let found: string;
  try {
    found = readFileSync(at, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return differs({
      item,
      found: `cannot be read (${code})`,
      expected,
      why: file.why,
      fix: 'run this check as root or administrator',
    });
  }
  const place = firstDifference(comparable(found, file), comparable(file.content, file));
  if (place === null) return ok(item, 'as planned', file.why);
  return differs({ item, found: place.found, expected: place.expected, why: file.why, fix: again });
}

const comparable = (text: string, { ownLines = [] }: FileNeed): string[] =>
  text.split(/\r?\n/).map((line) => {
    const name = ownLines.find((one) => line.startsWith(`${one}=`));
    return name === undefined ? line : `${name}=`;
  });

function firstDifference(found: readonly string[], expected: readonly string[]) {
  const at = expected.findIndex((line, index) => found[index] !== line);
  if (at < 0 && found.length <= expected.length) return null;
  const line = at < 0 ? expected.length : at;
  const shown = (lines: readonly string[]) =>
    lines[line] === undefined ? 'ends' : `"${lines[line].trim().slice(0, 120)}"`;
  return { found: `line ${line + 1}: ${shown(found)}`, expected: `line ${line + 1}: ${shown(expected)}` };
}
