import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { homePlaces } from '../../shared/config/home-places.js';
import { renderFormatDocs } from '../../shared/formats/format-docs.js';
import { FORMAT_NAMES, FORMATS, formatAt, isStamped, stampOf } from '../../shared/formats/formats.js';
import { temporaryFolder } from '../release/release-fixture.js';
import { exampleOf } from './example-place.js';
import { unlistedFiles } from './unlisted-files.js';

const PATTERNS = FORMAT_NAMES.flatMap((name) => FORMATS[name].at.map((pattern) => ({ name, pattern })));

describe('the list of formats', () => {
  const folder = temporaryFolder();

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

  it('misses no file of another kind, and none without its version', () => {
    const put = (place: string, text: string) => {
      mkdirSync(path.dirname(path.join(folder(), place)), { recursive: true });
      writeFileSync(path.join(folder(), place), text);
    };
    put('broker/pin.json', '{"v":1}');
    assert.deepEqual(unlistedFiles(folder()), []);
    put('broker/pins.json', '{"v":1}');
    put('watch/silences.json', '{"silences":[]}');
    put('broker/swaps.jsonl', '{"v":1}\n{"outcome":"swapped"}\n');
    put('research/releases/ledger/00000001.json', '{"kind":"live"}');
    assert.deepEqual(unlistedFiles(folder()).sort(), [
      'broker/pins.json: of no kind in shared/formats/',
      'broker/swaps.jsonl: swap records of version 1 says absent',
      'research/releases/ledger/00000001.json: release ledger of version 1 says absent',
      'watch/silences.json: silences of version 1 says absent',
    ]);
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
