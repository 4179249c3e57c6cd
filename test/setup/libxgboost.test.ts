import assert from 'node:assert/strict';
import { appendFileSync, cpSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cacheFolder } from '../../setup/cache-folder.mjs';
import { fileSha256 } from '../../setup/file-sha256.js';
import { cachedLibxgboost, obtainLibxgboost } from '../../setup/libxgboost.js';
import { libxgboostVersion } from '../../setup/system-libxgboost.js';
import { temporaryFolder } from './temporary-folder.js';

describe('libxgboost', () => {
  const folder = temporaryFolder();
  const environment = () => ({ ...process.env, BELIEVE_CACHE: folder(), BELIEVE_LIBXGBOOST: '' });

  /** A cache of its own that holds the pinned library, so that it can be damaged. */
  async function privateCopy() {
    const env = { ...process.env, BELIEVE_LIBXGBOOST: '' };
    const { version } = await obtainLibxgboost({ env });
    const name = `libxgboost-${version}`;
    cpSync(path.join(cacheFolder(env), name), path.join(folder(), name), { recursive: true });
    const copy = await cachedLibxgboost(environment());
    assert.ok(copy);
    return copy;
  }

  it('is the pinned build, which reports the pinned version and has the recorded hash', async () => {
    const library = await obtainLibxgboost({ env: { ...process.env, BELIEVE_LIBXGBOOST: '' } });
    assert.equal(library.source, 'pinned');
    assert.equal(await fileSha256(library.path), library.sha256);
    assert.equal(libxgboostVersion(library.path), library.version);
  });
  it('is obtained again, with the same bytes, when the library in the cache is damaged', async () => {
    const { path: file } = await privateCopy();
    appendFileSync(file, 'x');
    assert.equal(await cachedLibxgboost(environment()), undefined);
    const said: string[] = [];
    const mended = await obtainLibxgboost({ env: environment(), progress: (line) => said.push(line) });
    assert.match(said.join(), /obtaining libxgboost/);
    assert.equal(await fileSha256(mended.path), mended.sha256);
    assert.equal(libxgboostVersion(mended.path), mended.version);
    assert.deepEqual(readdirSync(folder()), [`libxgboost-${mended.version}`]);
  });
  it('is not used damaged where it cannot be obtained again', async () => {
    const { path: file } = await privateCopy();
    appendFileSync(file, 'x');
    await assert.rejects(obtainLibxgboost({ env: { BELIEVE_CACHE: folder(), PATH: '' } }), {
      type: 'XgboostNotObtained',
      fix: /install Python 3 with pip/,
    });
  });
  it('is whole for every process when several obtain it at once', async () => {
    const all = await Promise.all([1, 2, 3].map(() => obtainLibxgboost({ env: environment() })));
    for (const one of all) assert.equal(await fileSha256(one.path), one.sha256);
  });
  it('that the operator names is used with a warning that its models differ', async () => {
    const { path: file, sha256, version } = await privateCopy();
    const named = await obtainLibxgboost({ env: { BELIEVE_LIBXGBOOST: file } });
    assert.deepEqual(
      { source: named.source, sha256: named.sha256, version: named.version },
      { source: 'environment', sha256, version },
    );
    assert.match(named.warning ?? '', /not byte-equal/);
  });
  it('that the operator names is refused, with the file and the fix, where it is no such library', async () => {
    const text = path.join(folder(), 'library.so');
    writeFileSync(text, 'not a library');
    for (const file of [text, path.join(folder(), 'missing.so')]) {
      await assert.rejects(
        obtainLibxgboost({ env: { BELIEVE_LIBXGBOOST: file } }),
        (error: Error & { fix?: string }) => {
          assert.equal(error.name, 'XgboostUnusable');
          assert.ok(error.message.includes(file));
          assert.match(error.fix ?? '', /BELIEVE_LIBXGBOOST/);
          return true;
        },
      );
    }
  });
});
