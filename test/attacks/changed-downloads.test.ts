import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { obtainLibxgboost } from '../../setup/libxgboost.js';
import { PinMismatch } from '../../setup/pin-mismatch.js';
import { pythonWith } from '../../setup/python-environment.js';
import { temporalArchive } from '../../setup/temporal-archive.js';
import { obtainTemporal } from '../../setup/temporal-binary.js';
import { buildTemporal } from '../../setup/temporal-by-go.js';
import { TEMPORAL_MODULE_SUM, TEMPORAL_PIN } from '../../setup/temporal-version.js';
import { fakeProgram, temporaryFolder } from '../setup/temporary-folder.js';

/** Of the sources: of setup, tests and benches. */
function requirementsFiles(): string[] {
  const sources = fileURLToPath(new URL('../../..', import.meta.url));
  return ['setup', 'test', 'bench'].flatMap((room) =>
    readdirSync(path.join(sources, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.requirements.txt'))
      .map((name) => path.join(sources, room, name)),
  );
}

const VERSION = `echo "temporal version ${TEMPORAL_PIN.version} (Server ${TEMPORAL_PIN.serverVersion}, UI 2.0.0)"`;

describe('attack: other bytes in the place of what is downloaded', function () {
  this.timeout(30_000);
  if (process.platform === 'win32') return;
  const folder = temporaryFolder();
  const at = (name: string) => path.join(folder(), name);
  let server: Server;
  let served: Buffer;
  before((done) => {
    server = createServer((_, response) => response.end(served)).listen(0, '127.0.0.1', done);
  });
  after((done) => {
    server.close(done);
  });

  /** A program, as an archive of the project holds it; it leaves a mark when it is run. */
  const archiveOf = async (mark: string) => {
    const tar = pack();
    tar.entry({ name: 'LICENSE' }, 'words');
    tar.entry({ name: 'temporal', mode: 0o755 }, `#!/bin/sh\ntouch ${at(mark)}\n${VERSION}\n`);
    tar.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of tar) chunks.push(chunk as Buffer);
    return gzipSync(Buffer.concat(chunks));
  };
  const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
  const obtain = (pinned: Buffer, programs: string) => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/temporal.tar.gz`;
    const env = { BELIEVE_CACHE: at('cache'), PATH: `${programs}:/usr/bin:/bin` };
    return obtainTemporal({ env, archive: { url, sha256: sha256(pinned) } });
  };
  const go = () => fakeProgram(folder(), 'go', `touch ${at('go-was-asked')}; exit 1`);

  it('is never run, and nothing else is tried in its place', async () => {
    const right = await archiveOf('ran');
    served = await archiveOf('ran-changed');
    await assert.rejects(obtain(right, go()), PinMismatch);
    for (const mark of ['ran-changed', 'go-was-asked', 'cache/bin/temporal'])
      assert.equal(existsSync(at(mark)), false, mark);
    served = right;
    const found = await obtain(right, go());
    assert.deepEqual([found.source, found.serverVersion], ['download', TEMPORAL_PIN.serverVersion]);
    assert.deepEqual(readdirSync(at('cache')), ['bin']);
  });

  it('is pinned for every platform that has an archive', () => {
    for (const platform of ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'])
      assert.match(temporalArchive(platform)!.sha256, /^[0-9a-f]{64}$/);
    assert.equal(temporalArchive('aix-ppc64'), undefined);
  });

  it('is not run out of the cache when it was changed there', async () => {
    served = await archiveOf('ran');
    const { path: program } = await obtain(served, go());
    writeFileSync(program, `#!/bin/sh\ntouch ${at('ran-changed')}\n${VERSION}\n`);
    chmodSync(program, 0o755);
    const moved = at('another-cache');
    mkdirSync(path.join(moved, 'bin'), { recursive: true });
    for (const name of ['temporal', 'temporal.sha256']) {
      writeFileSync(path.join(moved, 'bin', name), readFileSync(path.join(path.dirname(program), name)), {
        mode: 0o755,
      });
    }
    await assert.rejects(obtainTemporal({ env: { BELIEVE_CACHE: moved, PATH: go() } }), PinMismatch);
    assert.equal(existsSync(at('ran-changed')), false);
  });

  it('is not built from a module with another sum, whatever this machine has switched off', async () => {
    const build = (script: string) =>
      buildTemporal(folder(), () => {}, {
        PATH: fakeProgram(folder(), 'go', script),
        GOSUMDB: 'off',
        GOFLAGS: '-insecure',
      });
    const install = (sum: string) => `
[ "$1" = version ] && { printf '\\tmod\\tgithub.com/temporalio/cli\\tv1\\t${sum}\\n'; exit 0; }
[ "$GOSUMDB" = sum.golang.org ] && [ -z "$GOFLAGS" ] && [ -z "$GOPRIVATE" ] || exit 1
echo built > "$GOBIN/temporal"`;
    await assert.rejects(build(install('h1:AAAA')), PinMismatch);
    await assert.rejects(
      build('echo "verifying module: checksum mismatch" >&2; echo "SECURITY ERROR" >&2; exit 1'),
      PinMismatch,
    );
    assert.equal(await build(install(TEMPORAL_MODULE_SUM)), at('temporal'));
  });

  it('is not installed as a Python package', async () => {
    const requirements = at('small.requirements.txt');
    writeFileSync(requirements, `nest-asyncio==1.6.0 --hash=sha256:${'0'.repeat(64)}\n`);
    await assert.rejects(pythonWith(requirements), PinMismatch);
    for (const file of requirementsFiles()) {
      const packages = readFileSync(file, 'utf8').replaceAll('\\\n', ' ').split('\n');
      for (const line of packages.filter((one) => /^[a-z]/i.test(one)))
        assert.match(line, /--hash=sha256:[0-9a-f]{64}/, file);
    }
    // An environment of Python's own is made, and pip asks its index.
  }).timeout(180_000);

  it('does not make the trainer fall back on some other library', async () => {
    const refused = 'echo "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE." >&2; exit 1';
    const bin = fakeProgram(folder(), 'python3', refused);
    for (const other of ['python', 'pip', 'pip3', 'py'])
      fakeProgram(folder(), other, `touch ${at('another-pip')}; exit 1`);
    await assert.rejects(obtainLibxgboost({ env: { BELIEVE_CACHE: at('cache'), PATH: bin } }), PinMismatch);
    assert.equal(existsSync(at('another-pip')), false);
  });
});
