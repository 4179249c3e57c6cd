import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

describe('believe config', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-config-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const believe = (...words: string[]) =>
    spawnSync(process.execPath, [path.resolve('dist/cli/main.js'), 'config', ...words], {
      encoding: 'utf8',
      cwd: folder,
    });

  it('check names each wrong field of the file and ends with exit code 1', () => {
    const file = path.join(folder, 'wrong.json');
    writeFileSync(file, JSON.stringify({ rsync: { port: 0 }, nonsense: 1 }));
    const { stdout, status } = believe('check', '--config', file, '--json');
    const { ok, problems } = JSON.parse(stdout) as { ok: boolean; problems: { field: string }[] };
    assert.equal(status, 1);
    assert.equal(ok, false);
    assert.deepEqual(problems.map(({ field }) => field).sort(), ['nonsense', 'rsync.port']);
    assert.match(believe('check', '--config', file).stdout, /rsync\.port is 0; allowed: whole number from 1 to 65535/);
  });

  it('check ends with exit code 0 where all is well, also without a file', () => {
    const { stdout, status } = believe('check', '--json');
    assert.equal(status, 0);
    assert.deepEqual(JSON.parse(stdout), { ok: true, file: null, problems: [] });
  });

  it('show prints settings that are a valid file themselves', () => {
    const file = path.join(folder, 'shown.json');
    writeFileSync(file, believe('show', '--json').stdout);
    assert.equal(believe('check', '--config', file).status, 0);
    assert.equal(believe('show', '--config', file, '--json').stdout, believe('show', '--json').stdout);
  });
});
