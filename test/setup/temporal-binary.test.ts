import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { findTemporal, obtainTemporal } from '../../setup/temporal-binary.js';
import { TEMPORAL_PIN } from '../../setup/temporal-version.js';
import { fakeProgram, temporaryFolder } from './temporary-folder.js';

describe('temporal binary', () => {
  const folder = temporaryFolder();
  const says = (server: string) => `echo "temporal version 1.0.0 (Server ${server}, UI 2.30.0)"`;

  it('is taken from PATH where that one is recent enough', async () => {
    const bin = fakeProgram(folder(), 'temporal', says('1.29.3'));
    assert.deepEqual(await obtainTemporal({ env: { PATH: bin, BELIEVE_CACHE: folder() } }), {
      path: path.join(bin, 'temporal'),
      version: '1.0.0',
      serverVersion: '1.29.3',
      source: 'PATH',
    });
  });
  it('on PATH is passed over, with the reason, where its server is too old', async () => {
    const bin = fakeProgram(folder(), 'temporal', says('1.24.0'));
    const said: string[] = [];
    assert.equal(await findTemporal({ PATH: bin, BELIEVE_CACHE: folder() }, (line) => said.push(line)), undefined);
    assert.match(said.join(), /passed over: its server is 1\.24\.0, older than 1\.29/);
  });
  it('on PATH is passed over where it is some other program', async () => {
    const bin = fakeProgram(folder(), 'temporal', 'echo "temporal 2.0, a calendar"');
    assert.equal(await findTemporal({ PATH: bin, BELIEVE_CACHE: folder() }), undefined);
  });
  it('that the operator names is used or refused, never replaced', async () => {
    const recent = path.join(fakeProgram(folder(), 'recent', says('1.30.0')), 'recent');
    const old = path.join(fakeProgram(folder(), 'old', says('1.22.0')), 'old');
    assert.equal((await obtainTemporal({ env: { BELIEVE_TEMPORAL: recent } })).source, 'environment');
    await assert.rejects(obtainTemporal({ env: { BELIEVE_TEMPORAL: old } }), { type: 'TemporalTooOld' });
    await assert.rejects(obtainTemporal({ env: { BELIEVE_TEMPORAL: '/no/such/file' } }), { type: 'TemporalTooOld' });
  });
  it('in the cache is the pinned one and runs', async () => {
    const real = await obtainTemporal();
    const cache = path.join(folder(), 'cache');
    mkdirSync(path.join(cache, 'bin'), { recursive: true });
    symlinkSync(real.path, path.join(cache, 'bin', path.basename(real.path)));
    const cached = await findTemporal({ PATH: '', BELIEVE_CACHE: cache });
    assert.equal(cached?.source, 'cache');
    if (real.source !== 'PATH') assert.equal(cached?.serverVersion, TEMPORAL_PIN.serverVersion);
  });
});
