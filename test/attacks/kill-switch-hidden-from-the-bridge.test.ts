import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ControlFiles } from '../../bridge/control/control-files.js';

const NOBODY = 65_534;

describe('attack: the kill switch is hidden from the bridge', () => {
  let folder: string;
  beforeEach(() => {
    folder = path.join(mkdtempSync(path.join(os.tmpdir(), 'believe-control-')), 'control');
    mkdirSync(folder);
  });
  afterEach(() => rmSync(path.dirname(folder), { recursive: true, force: true }));

  const halt = () => new ControlFiles(folder).look().halt?.reason ?? null;

  it('is off where there is certainly no file', () => {
    assert.equal(halt(), null);
  });

  it('is on where its name is a link that leads nowhere', () => {
    symlinkSync(path.join(folder, 'nowhere'), path.join(folder, 'halt.json'));
    assert.match(halt() ?? 'off', /says nothing readable/);
  });

  it('is on where its name is a link to itself, or a folder', () => {
    symlinkSync('halt.json', path.join(folder, 'halt.json'));
    assert.match(halt() ?? 'off', /says nothing readable/);
    rmSync(path.join(folder, 'halt.json'));
    mkdirSync(path.join(folder, 'halt.json'));
    assert.match(halt() ?? 'off', /says nothing readable/);
  });

  it('is on where the folder is a file, or gone', () => {
    const control = new ControlFiles(folder);
    rmSync(folder, { recursive: true });
    assert.match(control.look().halt?.reason ?? 'off', /cannot be read/);
    writeFileSync(folder, '');
    assert.match(control.look().halt?.reason ?? 'off', /cannot be read/);
  });

  for (const [right, mode] of [
    ['looked into', 0o444],
    ['listed', 0o311],
  ] as const)
    it(`is on where the folder may not be ${right}`, function () {
      if (process.platform === 'win32') return this.skip();
      writeFileSync(path.join(folder, 'halt.json'), '{}');
      chmodSync(path.dirname(folder), 0o755);
      chmodSync(folder, mode);
      const said = asNobody(halt);
      chmodSync(folder, 0o755);
      assert.match(said ?? 'off', /cannot be/);
    });
});

/** Root may do everything: another user looks in its place. */
function asNobody<T>(work: () => T): T {
  if (process.getuid?.() !== 0) return work();
  process.seteuid!(NOBODY);
  try {
    return work();
  } finally {
    process.seteuid!(0);
  }
}
