import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { configSchema } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { keptPlaces } from '../../shared/config/kept-places.js';
import { temporaryFolder } from '../release/release-fixture.js';

const MAIN = path.resolve('dist/cli/main.js');
/** Of a home, what stays as small as it was made: keys, marks of how far somebody is, settings. */
const SMALL =
  /^(config\.json|market-clock\.json|payload-keys\.json|certs|run|offline-|signer\/(keys|measurers|signer\.lock)|operator\/|watch|research\/(trust|rsync|lane|keys|measuring|fold-peers|trials\.jsonl)|broker\/(keys|trust|armed|control|status\.json|swaps\.jsonl|roll\.jsonl|seal))/;

describe('the places of a home that grow', () => {
  it('are all places of a home, but for those that stay small', () => {
    const home = path.resolve('home');
    const kept = keptPlaces({ ...configSchema.parse({}), home }).map(({ place }) => place);
    const known = placesIn(homePlaces(home))
      .map((place) => path.relative(home, place).split(path.sep).join('/'))
      .filter((place) => !['research', 'broker', 'signer'].includes(place));
    const forgotten = known.filter(
      (place) => !SMALL.test(place) && !kept.some((one) => place === one || place.startsWith(`${one}/`)),
    );
    assert.deepEqual(forgotten, []);
  });
});

describe('believe disk', () => {
  const folder = temporaryFolder();
  const believeIn = (home: string, ...words: string[]) =>
    spawnSync(process.execPath, [MAIN, 'disk', ...words, '--home', home], { cwd: folder(), encoding: 'utf8' });
  const believe = (...words: string[]) => believeIn(folder(), ...words);
  const put = (name: string, bytes: number, ageDays = 0) => {
    const file = path.join(folder(), name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, Buffer.alloc(bytes));
    const at = new Date(Date.now() - ageDays * 86_400_000);
    utimesSync(file, at, at);
  };

  it('shows what there is and how fast it grows, with the rule that deletes it', () => {
    put('broker/capture/a.jsonl', 3_000_000);
    put('research/store/objects/b.parquet', 5_000_000, 100);
    const { status, stdout } = believe('show', '--json');
    assert.equal(status, 0);
    const { places, fullInDays, freeBytes } = JSON.parse(stdout) as {
      places: { place: string; sizeBytes: number; perDayBytes: number; files: number; rule: string }[];
      fullInDays: number | null;
      freeBytes: number;
    };
    assert.deepEqual(
      places.map(({ place, sizeBytes, perDayBytes, files }) => [place, sizeBytes, Math.round(perDayBytes), files]),
      [
        ['broker/capture', 3_000_000, 3_000_000, 1],
        ['research/store', 5_000_000, 0, 1],
      ],
    );
    assert.match(places[0]!.rule, /acknowledged/);
    // What is deleted after 14 days of 3 MB comes to 42 MB and no further.
    if (freeBytes > 42_000_000) assert.equal(fullInDays, null);
    assert.match(believe('show').stdout, /^broker\/capture +2\.9 MiB +2\.9 MiB {2}14 days/m);
  });

  it('prunes by the settings, says what, and names a home that is not there', () => {
    put('research/ships/ship+1~0a1b2c3d/samples/F2_dom.samples', 2_000_000, 91);
    put('research/ships/ship+1~0a1b2c3d/gate-report.json', 10, 91);
    assert.match(believe('prune', '--dry-run').stdout, /^would delete 1\.9 MiB of 1 ships/m);
    assert.match(believe('prune').stdout, /^deleted 1\.9 MiB of 1 ships/m);
    assert.deepEqual(readdirSync(path.join(folder(), 'research/ships/ship+1~0a1b2c3d')), ['gate-report.json']);
    assert.match(believe('prune').stdout, /^nothing: no ship has been quiet for more than 90 days/);
    const { status, stderr } = believeIn(path.join(folder(), 'none'), 'show');
    assert.equal(status, 2);
    assert.match(stderr, /there is no home folder/);
  });
});

function placesIn(tree: object): string[] {
  return Object.values(tree).flatMap((value: unknown) => {
    if (typeof value === 'string') return [value];
    return typeof value === 'object' && value !== null ? placesIn(value) : [];
  });
}
