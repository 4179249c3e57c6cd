import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

/** What a command is given in place of the file that it asks for; nothing of it takes room on the disk. */
describe('attack: a pipe, a device or ten gigabytes in the place of a file', function () {
  this.timeout(120_000);
  if (process.platform === 'win32') return;
  let folder: string;
  let home: string;
  const odd = () => [path.join(folder, 'pipe'), path.join(folder, 'huge'), folder, '/dev/ptmx', '/dev/zero'];
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-attack-'));
    home = path.join(folder, 'home');
    mkdirSync(home);
    assert.equal(spawnSync('mkfifo', [path.join(folder, 'pipe')]).status, 0);
    writeFileSync(path.join(folder, 'huge'), '');
    truncateSync(path.join(folder, 'huge'), 10 * 2 ** 30);
    writeFileSync(path.join(folder, 'good.json'), '{}');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const commands: Readonly<Record<string, (file: string) => string[]>> = {
    'config check': (file) => ['config', 'check', '--config', file],
    'release verify, tarball': (file) => ['release', 'verify', file, '--envelope', file, '--root', file],
    'release verify, root': (file) => [
      'release',
      'verify',
      `${folder}/good.json`,
      '--envelope',
      `${folder}/good.json`,
      '--root',
      file,
    ],
    'backtest, events': (file) => ['backtest', '--file', file, '--release', file],
    'backtest, settings': (file) => [
      'backtest',
      '--file',
      `${folder}/good.json`,
      '--release',
      file,
      '--settings',
      file,
    ],
    replay: (file) => ['replay', '--file', file],
    'gateway, settings': (file) => ['gateway', '--generator', '7', '--settings', file],
    'store import': (file) => ['store', 'import', file, '--home', home],
    'operators add, public key': (file) => ['operators', 'add', '--name', 'ann', '--public-key', file, '--home', home],
    'gate splits': (file) => ['gate', 'splits', '--config', file],
  };
  for (const [name, words] of Object.entries(commands))
    it(`ends ${name} with a sentence`, () => {
      for (const file of odd()) {
        const { status, signal, stdout, stderr } = spawnSync(
          process.execPath,
          ['--max-old-space-size=512', MAIN, ...words(file)],
          {
            ...{ encoding: 'utf8', timeout: 20_000, killSignal: 'SIGKILL' },
          },
        );
        const said = `${file}: ${stdout}${stderr}`;
        assert.equal(signal, null, `it did not end: ${said}`);
        assert.ok(status === 1 || status === 2, said);
        assert.doesNotMatch(said, /defect|heap out of memory/);
        assert.ok(said.length < 4000);
      }
    });
});
