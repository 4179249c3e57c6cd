import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrateFiles } from '../../cli/migrate/migrate-home.js';
import { MIGRATION_STEPS } from '../../cli/migrate/steps.js';
import { versionsIn } from '../../cli/migrate/survey.js';
import { isStamped, stampOf } from '../../shared/formats/formats.js';
import { loadHomeConfig } from '../../shared/node/config/home-config.js';
import { lockFile } from '../../shared/node/disk/file-lock.js';
import { contents } from '../backup/backup-home.js';
import { atEveryMoment } from '../release/cut-off.js';
import { temporaryFolder } from '../release/release-fixture.js';
import { unpackHome, YESTERDAYS_HOMES } from './homes.js';

const MAIN = path.resolve('dist/cli/main.js');
const KILLED = fileURLToPath(new URL('./migrate-process.js', import.meta.url));
const OLD = ['broker/capture/position-ESZ5.json', 'config.json', 'market-clock.json'];

describe('believe migrate', () => {
  const folder = temporaryFolder();
  const oldHome = (name: string, date = YESTERDAYS_HOMES[0].date) => unpackHome(date, path.join(folder(), name));
  const believe = (home: string, ...words: string[]) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [MAIN, 'migrate', '--home', home, '--json', ...words],
      { encoding: 'utf8', cwd: folder() },
    );
    return { status, stderr, said: stdout === '' ? null : (JSON.parse(stdout) as Said) };
  };
  const placesOf = (said: Said | null) => said!.toMigrate.map(({ place }) => place);

  it('says what is older, writes it anew, keeps it as it was, and has nothing to do then', () => {
    const home = oldHome('one');
    const before = contents(home);
    const settings = loadHomeConfig({ home });
    const check = believe(home, '--check');
    assert.deepEqual([check.status, placesOf(check.said)], [1, OLD]);
    assert.deepEqual(contents(home), before, '--check writes nothing');
    const olderOf = (name: string) => check.said!.older.find(({ format }) => format === name);
    assert.deepEqual(olderOf('release ledger'), {
      format: 'release ledger',
      version: 'absent',
      isRead: true,
      files: 4,
    });
    assert.deepEqual(olderOf('gate report'), { format: 'gate report', version: 1, isRead: false, files: 1 });

    const { status, said } = believe(home);
    assert.equal(status, 0);
    assert.deepEqual(
      said!.migrated.map(({ place, to }) => [place, to]),
      OLD.map((place) => [place, 1]),
    );
    for (const { place, copy } of said!.migrated) {
      assert.equal(contents(home)[copy], before[place], `${copy} is ${place} as it was`);
      const { v, ...rest } = JSON.parse(readFileSync(path.join(home, place), 'utf8')) as { v: number };
      assert.equal(v, 1);
      assert.deepEqual(rest, JSON.parse(readFileSync(path.join(home, copy), 'utf8')));
    }
    const changed = Object.entries(contents(home)).filter(([name, hash]) => before[name] !== hash);
    assert.deepEqual(
      changed.map(([name]) => name).filter((name) => !name.startsWith('migrated') && name !== 'migrate.lock'),
      OLD,
    );
    assert.deepEqual(loadHomeConfig({ home }), settings);

    const after = contents(home);
    const again = believe(home);
    assert.deepEqual([again.status, again.said!.migrated, again.said!.toMigrate], [0, [], []]);
    assert.equal(believe(home, '--check').status, 0);
    assert.deepEqual(contents(home), after);
    assert.deepEqual(again.said!.unknown, []);
  });

  it('refuses while a process of the home runs, by its number or by its lock, and writes nothing', async () => {
    const home = oldHome('runs');
    const before = contents(home);
    const refuses = () => {
      const { status, stderr } = believe(home);
      assert.equal(status, 1);
      assert.match(stderr, /process(es of this home run| holds .*\.lock): .*\n {2}-> stop what runs/);
    };
    const sleeper = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    try {
      mkdirSync(path.join(home, 'run'));
      writeFileSync(path.join(home, 'run/receiver.pid'), `${sleeper.pid}\n`);
      refuses();
    } finally {
      sleeper.kill();
      await new Promise((resolve) => sleeper.once('close', resolve));
    }
    for (const place of ['broker/bridge.lock', 'signer/signer.lock', 'migrate.lock']) {
      const file = path.join(home, place);
      mkdirSync(path.dirname(file), { recursive: true });
      const lock = await lockFile(file);
      refuses();
      lock!.release();
    }
    for (const place of OLD) assert.equal(contents(home)[place], before[place]);
    assert.equal(believe(home, '--check').status, 1, 'looking is allowed');
    assert.equal(believe(home).status, 0);
  });

  it('ends the same after being cut off at any file operation and done again', async () => {
    const old = path.join(folder(), 'old');
    const unpacked = oldHome('cut');
    for (const place of OLD) cpSync(path.join(unpacked, place), path.join(old, place));
    const migrate = (home: string) => migrateFiles(home, versionsIn(home).toMigrate);
    const whole = path.join(folder(), 'whole');
    cpSync(old, whole, { recursive: true });
    migrate(whole);
    const moments = await atEveryMoment(
      migrate,
      (moment) => {
        const world = path.join(folder(), `world-${moment}`);
        cpSync(old, world, { recursive: true });
        return world;
      },
      (world, moment) => {
        // Before it is done again, every file is whole: as it was, or as it will be.
        for (const place of OLD)
          assert.ok(
            [contents(old)[place], contents(whole)[place]].includes(contents(world)[place]),
            `${moment} ${place}`,
          );
        migrate(world);
        assert.deepEqual(contents(world), contents(whole), `cut off before operation ${moment}`);
      },
    );
    assert.ok(moments > 20, `${moments} moments`);
  });

  it('ends the same after a SIGKILL of its process', () => {
    const whole = oldHome('undisturbed');
    assert.equal(believe(whole).status, 0);
    for (const moment of [7, 17]) {
      const home = oldHome(`killed-${moment}`);
      const { signal, stderr } = spawnSync(process.execPath, [KILLED, home, String(moment)], { encoding: 'utf8' });
      assert.equal(signal, 'SIGKILL', stderr);
      assert.equal(believe(home).status, 0);
      assert.deepEqual(contents(home), contents(whole));
    }
  });

  it('names a file that is none of its format, before anything is written', () => {
    const home = oldHome('damaged');
    writeFileSync(path.join(home, 'market-clock.json'), '{}');
    const before = contents(home);
    const { status, stderr } = believe(home);
    assert.equal(status, 1);
    assert.match(stderr, /market-clock\.json: cannot be written anew: .*\n {2}-> restore it from a backup/);
    for (const place of OLD) assert.equal(contents(home)[place], before[place]);
  });

  it('is used wrongly without a home', () => {
    const { status, stderr } = believe(path.join(folder(), 'none'));
    assert.equal(status, 2);
    assert.match(stderr, /there is no home folder/);
  });

  it('has only steps that lead to a version that is read', () => {
    for (const { format, to } of MIGRATION_STEPS) assert.ok(isStamped(format) && stampOf(format).reads.includes(to));
  });

  it('keeps who may read a file', async function () {
    if (process.platform === 'win32') this.skip();
    const home = oldHome('mode');
    const modeOf = async (place: string) => (await stat(path.join(home, place))).mode & 0o777;
    const before = await modeOf('config.json');
    const [{ copy } = { copy: '' }] = believe(home).said!.migrated.filter(({ place }) => place === 'config.json');
    assert.equal(await modeOf('config.json'), before);
    assert.equal(await modeOf(copy), before);
    assert.ok(existsSync(path.join(home, copy)));
  });
});

interface Said {
  readonly toMigrate: readonly { readonly place: string }[];
  readonly migrated: readonly { readonly place: string; readonly to: number; readonly copy: string }[];
  readonly older: readonly { readonly format: string }[];
  readonly unknown: readonly string[];
}
