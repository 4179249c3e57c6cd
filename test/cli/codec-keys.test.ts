import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const BELIEVE = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

describe('believe codec', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(path.join(os.tmpdir(), 'believe-codec-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));
  const believe = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [BELIEVE, 'codec', ...args, '--home', home], {
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  };
  const keys = (...args: string[]) =>
    JSON.parse(believe('keys', ...args, '--json').stdout) as {
      file: string;
      keys: { id: string; isCurrent: boolean }[];
    };
  const current = (made: ReturnType<typeof keys>) => made.keys.find(({ isCurrent }) => isCurrent)!.id;

  it('makes a key file for its user only, says which setting names it, and never shows a key', () => {
    const { status, stdout } = believe('keys', 'init');
    const file = path.join(home, 'payload-keys.json');
    assert.equal(status, 0);
    assert.match(stdout, new RegExp(`set temporal.encryption.keysFile to ${file}`));
    if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.ok(!/[A-Za-z0-9+/]{43}=/.test(believe('keys', 'show', '--json').stdout));
    assert.equal(believe('keys', 'init').status, 2, 'a second time');
  });

  it('rotates at once, or in two steps where the file is to be brought to other machines first', () => {
    const first = current(keys('init'));
    const second = current(keys('rotate'));
    assert.notEqual(second, first);
    const added = keys('rotate', '--add-only');
    assert.equal(current(added), second);
    assert.equal(current(keys('rotate', '--to', added.keys[2]!.id)), added.keys[2]!.id);
    assert.equal(keys('show').keys.length, 3);
    assert.equal(believe('keys', 'rotate', '--to', 'none').status, 2);
    assert.equal(believe('keys', 'rotate', '--to', first, '--add-only').status, 2);
  });

  it('says in words what it needs to serve', () => {
    assert.match(believe('serve').stderr, /keysFile names no key file/);
    const config = path.join(home, 'believe.config.json');
    const serve = (encryption: object) => {
      writeFileSync(config, JSON.stringify({ temporal: { encryption } }));
      return believe('serve', '--config', config).stderr;
    };
    assert.match(serve({ keysFile: 'none.json' }), /no such file/);
    keys('init');
    writeFileSync(path.join(home, 'token'), 'short\n', { mode: 0o600 });
    assert.match(serve({ keysFile: 'payload-keys.json', tokenFile: 'token' }), /is no token/);
    assert.match(serve({ required: true }), /keysFile .*because temporal.encryption.required is true/);
    for (const webUiOrigin of ['*', 'null', 'https://ui.example/', 'https://ui.example/x', 'file:///x', 'ui.example'])
      assert.match(serve({ keysFile: 'payload-keys.json', webUiOrigin }), /webUiOrigin/);
    assert.ok(existsSync(path.join(home, 'payload-keys.json')));
  });
});
