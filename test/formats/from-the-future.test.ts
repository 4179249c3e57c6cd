import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { recoverSegments } from '../../bridge/capture/segment.js';
import { readTrials } from '../../research/gate/trials.js';
import { releaseLedger } from '../../research/release/build-release.js';
import { Lane } from '../../research/ship/lane.js';
import { Failure } from '../../shared/failure.js';
import { FORMAT_NAMES, FORMATS, isStamped, type StampedName, stampOf } from '../../shared/formats/formats.js';
import { readClockSpec } from '../../shared/node/clock-spec-file.js';
import { loadHomeConfig } from '../../shared/node/config/home-config.js';
import { requireReadableHome } from '../../shared/node/formats/survey-home.js';
import { readPin } from '../../shared/node/trust/pin-store.js';
import { sha256, temporaryFolder } from '../release/release-fixture.js';
import { exampleOf } from './example-place.js';
import { READERS } from './readers.js';

const STAMPED = FORMAT_NAMES.filter(isStamped);
const MAIN = path.resolve('dist/cli/main.js');

describe('a file of a version that this build does not know yet', () => {
  const folder = temporaryFolder();
  const put = (place: string, text: string) => {
    const file = path.join(folder(), ...place.split('/'));
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  const refused = (format: StampedName, file: string) => (error: unknown) => {
    const { newest } = stampOf(format);
    assert.ok(error instanceof Failure, String(error));
    assert.equal(error.type, 'FormatTooNew');
    assert.ok(error.message.startsWith(`${file} is of version ${newest + 1} (${format}`), error.message);
    assert.match(error.message, new RegExp(`reads up to ${newest}$`));
    assert.match(error.fix ?? '', /newer build.*restore the backup from before the upgrade/);
    return true;
  };

  for (const format of STAMPED.filter((name) => stampOf(name).refusedBy === 'start'))
    it(`keeps everything from starting: ${format}`, () => {
      for (const pattern of FORMATS[format].at.filter((one) => !/^(gateway|research\/input)/.test(one))) {
        const known = put(exampleOf(pattern), textOf(format, 0));
        requireReadableHome(folder());
        for (const text of [textOf(format, 1), `${textOf(format, 0).trimEnd()}\n${textOf(format, 1)}`]) {
          if (text.includes('\n{') && stampOf(format).in !== 'each line') continue;
          writeFileSync(known, text);
          const before = contents(folder());
          assert.throws(() => requireReadableHome(folder()), refused(format, known));
          assert.throws(() => loadHomeConfig({ home: folder() }), refused(format, known));
          assert.deepEqual(contents(folder()), before);
        }
        rmSync(known);
      }
    });

  for (const format of STAMPED.filter((name) => stampOf(name).refusedBy === 'reader'))
    it(`is refused by its reader: ${format}`, async () => {
      const reader = READERS[format];
      assert.ok(reader, `${format} has no reader in test/formats/readers.ts`);
      const { place, read } = reader(folder());
      const file = put(place, textOf(format, 1));
      const before = contents(folder());
      await assert.rejects(async () => await read(file), refused(format, reader(folder()).named ?? file));
      assert.deepEqual(contents(folder()), before);
    });

  it('is refused, too, while a process runs that reads it again and again, where trust or numbers hang on it', async () => {
    const home = folder();
    const at = (place: string, format: StampedName) => put(place, textOf(format, 1));
    const pin = at('broker/pin.json', 'broker pin');
    assert.throws(() => readPin(path.join(home, 'broker')), refused('broker pin', pin));
    const clock = at('market-clock.json', 'market clock');
    assert.throws(() => readClockSpec(clock), refused('market clock', clock));
    const entry = at('research/releases/ledger/00000001.json', 'release ledger');
    assert.throws(() => releaseLedger(path.join(home, 'research/releases')).list(), refused('release ledger', entry));
    const taken = at('research/lane/00000001.json', 'ship lane');
    const left = new Lane(path.join(home, 'research/lane'), async () => false);
    assert.throws(() => left.leave({ shipId: 'a', workflowId: 'a', runId: 'a' }), refused('ship lane', taken));
    const trials = at('research/trials.jsonl', 'trials');
    await assert.rejects(readTrials(trials), refused('trials', trials));
    const position = at('broker/capture/position-ESZ5.json', 'capture position');
    const capture = path.join(home, 'broker/capture');
    assert.throws(() => recoverSegments(capture, 'ESZ5'), refused('capture position', position));
  });

  it('ends commands and processes with words, exit code 1 and nothing written', () => {
    const pin = put('broker/pin.json', textOf('broker pin', 1));
    const before = contents(folder());
    const programs = [
      [MAIN, 'release', 'list'],
      [MAIN, 'up', '--once'],
      [MAIN, 'bridge'],
      [MAIN, 'migrate'],
      [path.resolve('dist/workers/receiver.js')],
    ];
    for (const words of programs) {
      const { status, stderr } = spawnSync(process.execPath, [...words, '--home', folder()], {
        ...{ cwd: path.dirname(folder()), encoding: 'utf8', timeout: 60_000 },
      });
      assert.equal(status, 1, `${words.join(' ')}: ${stderr}`);
      assert.match(stderr, /pin\.json is of version 2 \(broker pin.*reads up to 1\n[\s\S]*start the newer build/);
      assert.deepEqual(contents(folder()), before, words.join(' '));
    }
    assert.ok(existsSync(pin));
  });

  it('is told of by believe migrate --check with all others', () => {
    put('broker/pin.json', textOf('broker pin', 1));
    put('watch/silences.json', '{"silences":[],"v":7}\n');
    const { status, stdout } = spawnSync(process.execPath, [MAIN, 'migrate', '--check', '--json', '--home', folder()], {
      encoding: 'utf8',
    });
    assert.equal(status, 1);
    assert.deepEqual((JSON.parse(stdout) as { newer: object[] }).newer, [
      { place: 'broker/pin.json', format: 'broker pin', version: 2 },
      { place: 'watch/silences.json', format: 'silences', version: 7 },
    ]);
  });
});

/** Says nothing but a version, so many above the newest that is known. */
function textOf(format: StampedName, above: number): string {
  const { field, newest } = stampOf(format);
  return `${JSON.stringify({ [field]: newest + above })}\n`;
}

function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true }).map(String).sort();
  return Object.fromEntries(
    files.map((name) => {
      const file = path.join(folder, name);
      return [name, statSync(file).isFile() ? sha256(readFileSync(file)) : 'folder'];
    }),
  );
}
