import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { homePlaces } from '../../shared/config/home-places.js';
import { renderFormatDocs } from '../../shared/formats/format-docs.js';
import { FORMAT_NAMES, FORMATS, formatAt, isStamped, stampOf } from '../../shared/formats/formats.js';
import { exampleOf } from './example-place.js';

const PATTERNS = FORMAT_NAMES.flatMap((name) => FORMATS[name].at.map((pattern) => ({ name, pattern })));

describe('the list of formats', () => {
  it('knows every place of a home', () => {
    const home = path.resolve('home');
    const unknown = placesIn(homePlaces(home))
      .map((place) => path.relative(home, place).split(path.sep).join('/'))
      .filter((place) => formatAt(place) === null)
      .filter((place) => !PATTERNS.some(({ pattern }) => pattern.startsWith(`${place}/`)));
    assert.deepEqual(unknown, []);
  });

  it('takes each place for the format that names it', () => {
    const taken = PATTERNS.filter(({ name, pattern }) => formatAt(exampleOf(pattern)) !== name);
    assert.deepEqual(taken, []);
  });

  it('names readers that are there, and reads the newest version of each format', () => {
    for (const name of FORMAT_NAMES) {
      assert.ok(existsSync(FORMATS[name].readBy), `${name}: ${FORMATS[name].readBy}`);
      if (isStamped(name)) assert.ok(stampOf(name).reads.includes(stampOf(name).newest), name);
    }
  });

  it('is what docs/formats.md says', () => {
    assert.equal(readFileSync('docs/formats.md', 'utf8'), renderFormatDocs());
  });
});

function placesIn(tree: object): string[] {
  return Object.values(tree).flatMap((value: unknown) => {
    if (typeof value === 'string') return [value];
    return typeof value === 'object' && value !== null ? placesIn(value) : [];
  });
}
