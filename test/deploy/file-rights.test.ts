import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { keepFilesPrivate } from '../../shared/node/process/private-files.js';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

describe('rights of what a process makes', () => {
  if (process.platform === 'win32') return;
  let before: number;
  beforeEach(() => {
    before = process.umask();
  });
  afterEach(() => {
    process.umask(before);
  });
  const maskFor = (asked: string | undefined) => {
    keepFilesPrivate(asked);
    return process.umask();
  };

  it('are its user’s alone where nothing is said, and let a group in where that is', () => {
    assert.equal(maskFor(undefined), 0o077);
    assert.equal(maskFor('027'), 0o027);
    assert.equal(maskFor('0007'), 0o007);
  });

  it('never let others in, and no word is taken for a mask', () => {
    for (const asked of ['022', '0', '000', '070', '26', '', 'u=rwx', '1077', '0x17'])
      assert.throws(() => keepFilesPrivate(asked), { name: 'Usage', message: /BELIEVE_UMASK/ }, asked);
  });

  it('leave keys their user’s alone, whatever a group may read', () => {
    const home = path.join(mkdtempSync(path.join(os.tmpdir(), 'believe-rights-')), 'home');
    const env = { ...process.env, BELIEVE_UMASK: '007' };
    const { status, stderr } = spawnSync(process.execPath, [MAIN, 'keys', 'init', '--home', home], {
      env,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    for (const keys of [
      'signer/keys',
      'broker/keys',
      'receiver/keys',
      'public/keys',
      'operator/keys',
      'research/measuring',
    ])
      assert.equal(statSync(path.join(home, keys)).mode & 0o077, 0, keys);
    rmSync(path.dirname(home), { recursive: true });
  });
});
