import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const BELIEVE = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

describe('believe certs', () => {
  let home: string;
  before(() => {
    home = mkdtempSync(path.join(os.tmpdir(), 'believe-certs-'));
  });
  after(() => rmSync(home, { recursive: true, force: true }));
  const believe = (...args: string[]) =>
    spawnSync(process.execPath, [BELIEVE, 'certs', ...args, '--home', home], { encoding: 'utf8' });

  it('goes from an authority to the certificates of a server and a tier, and says what to do with each file', () => {
    assert.equal(believe('issue', '--role', 'broker').status, 2, 'no authority yet');
    assert.match(believe('init').stdout, /offline-authority.ca\.key\n {2}-> move it off this machine/);
    assert.equal(believe('init').status, 2);
    assert.match(believe('issue', '--role', 'server').stderr, /needs its names/);
    assert.match(believe('issue', '--role', 'broker', '--name', 'x').stderr, /has no host name/);
    assert.equal(believe('issue', '--role', 'server', '--name', 'temporal.example.org', '10.0.0.1').status, 0);
    assert.match(believe('issue', '--role', 'broker').stdout, /bring both to broker's machine alone/);
    assert.match(believe('issue', '--role', 'everybody').stderr, /choices/);
    assert.ok(existsSync(path.join(home, 'certs', 'broker.key')));
    const { certificates } = JSON.parse(believe('show', '--json').stdout) as { certificates: { role: string }[] };
    assert.deepEqual(
      certificates.map(({ role }) => role),
      ['authority', 'server', 'broker'],
    );
    assert.match(believe('renew').stdout, /none is past two thirds/);
    assert.match(believe('renew', '--role', 'broker').stdout, /renewed broker/);
  });

  it('renews nothing without the key of the authority, and shows all the same', () => {
    renameSync(path.join(home, 'offline-authority'), path.join(home, 'elsewhere'));
    assert.match(believe('renew', '--role', 'broker').stderr, /the key of the authority is not here/);
    assert.match(believe('show').stdout, /broker {2}\d{4}-\d\d-\d\d {2}\d\d days left/);
    const elsewhere = ['--authority-folder', path.join(home, 'elsewhere')];
    assert.equal(believe('renew', '--role', 'broker', ...elsewhere).status, 0);
  });
});
