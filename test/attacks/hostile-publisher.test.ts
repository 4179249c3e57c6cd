import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { pullRelease } from '../../broker/pull/pull-release.js';
import { EndlessData } from '../../broker/pull/rsync-pull.js';
import { passwordFile } from '../../broker/rsync/module-access.js';
import { PullFailed } from '../../broker/rsync/rsync-failure.js';
import { obtainRsync } from '../../setup/rsync.js';
import { isLoopback } from '../../shared/config/loopback.js';
import { followRoots, ROOTS_AT_ONCE_MAX, readTrustedRoot, trustRoot } from '../../shared/node/trust/trust-store.js';
import { ENVELOPE_BYTES_MAX } from '../../shared/trust/dsse.js';
import { RootRefused, signRoot } from '../../shared/trust/root.js';
import { startDaemon } from '../release/daemon-process.js';
import { freePort } from '../release/link.js';
import { KEYS, makeRoot, rootMetadataOf, temporaryFolder } from '../release/release-fixture.js';
import { fakeProgram } from '../setup/temporary-folder.js';

const BROKER_WORKER = fileURLToPath(new URL('../../workers/broker.js', import.meta.url));
const MIB = 2 ** 20;

describe('attack: a publisher that sends other things than a release', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const at = (...names: string[]) => path.join(folder(), ...names);
  const release = { tarball: 'believe-v1.tar.gz', envelope: 'believe-v1.dsse.json' };
  let daemon: Awaited<ReturnType<typeof startDaemon>>;
  let program: string;
  let port: number;
  before(async () => {
    program = (await obtainRsync({ reach: 'loopback' })).path;
  });
  beforeEach(async () => {
    port = await freePort();
    mkdirSync(at('published'));
    trustRoot(at('broker', 'trust'), makeRoot());
    daemon = await startDaemon({
      ...{ program, address: '127.0.0.1', port, hostsAllow: ['127.0.0.1'], stateFolder: at('rsync') },
      modules: [{ module: 'releases', folder: at('published'), passwordFile: passwordFile(at('broker'), 'releases') }],
    });
  });
  afterEach(() => daemon.stop());

  const publish = (name: string, bytes: string | Buffer = 'bytes') => writeFileSync(at('published', name), bytes);
  const pull = (rsync = program) =>
    pullRelease({
      rsync: { path: rsync, host: '127.0.0.1', port, bwlimitKiBps: null },
      ...{ brokerFolder: at('broker'), incomingFolder: at('broker', 'incoming'), release },
    });
  const arrived = () => readdirSync(at('broker', 'incoming')).sort();
  /** An rsync whose other end has taken it over: it writes what it likes into the folder that it was given. */
  const takenOver = (script: string) => {
    writeFileSync(at('taken-over'), `#!/bin/sh\nfor last; do :; done\ncd "$last"\n${script}\n`);
    chmodSync(at('taken-over'), 0o755);
    return at('taken-over');
  };

  it('gets no folder through under the name of a file, whatever is in it', async () => {
    publish(release.envelope);
    mkdirSync(at('published', release.tarball));
    for (const name of ['a', 'b', 'c']) writeFileSync(at('published', release.tarball, name), Buffer.alloc(10 * MIB));
    await assert.rejects(pull(), (error) => error instanceof PullFailed && error.reason === 'partial');
    assert.deepEqual(arrived(), []);
  });

  it('cannot carry bytes past the limit in folders, also with an rsync that it has taken over', async () => {
    const deep = 'mkdir -p believe-v1.tar.gz/a/b; truncate -s 901M believe-v1.tar.gz/a/b/c; touch believe-v1.dsse.json';
    await assert.rejects(pull(takenOver(deep)), EndlessData);
    const many = 'for i in 1 2 3 4 5 6 7 8 9; do for j in 1 2 3 4 5 6 7 8 9; do touch $i-$j; done; done';
    await assert.rejects(pull(takenOver(many)), EndlessData);
    const link = 'ln -s /etc/passwd believe-v1.tar.gz; touch believe-v1.dsse.json';
    await assert.rejects(pull(takenOver(link)), (error) => error instanceof PullFailed);
    assert.deepEqual(arrived(), []);
  });

  it('gets no file of a name through that nobody asked for', async () => {
    publish(release.tarball);
    publish(release.envelope);
    publish('root.json');
    publish('root.7x.json');
    publish('believe-v2.tar.gz');
    await pull();
    assert.deepEqual(arrived(), ['believe-v1.dsse.json', 'believe-v1.tar.gz']);
    await pull(takenOver('touch believe-v1.tar.gz believe-v1.dsse.json pin.json'));
    assert.deepEqual(arrived(), ['believe-v1.dsse.json', 'believe-v1.tar.gz']);
  });

  it('blocks no later pull by what it has sent before', async () => {
    mkdirSync(at('broker', 'incoming', release.tarball, 'deep'), { recursive: true });
    publish(release.tarball, 'right');
    publish(release.envelope);
    await pull();
    assert.equal(readFileSync(at('broker', 'incoming', release.tarball), 'utf8'), 'right');
  });

  it('has no more roots followed at once than a limit, and none that is a pipe or endless', () => {
    const root = (version: number) => signRoot(rootMetadataOf({}, { version }), [KEYS.rootA, KEYS.rootB]);
    for (let version = 2; version <= 100; version++) publish(`root.${version}.json`, root(version));
    assert.equal(followRoots(at('broker', 'trust'), at('published')).metadata.version, 1 + ROOTS_AT_ONCE_MAX);
    const next = at('published', `root.${2 + ROOTS_AT_ONCE_MAX}.json`);
    rmSync(next);
    assert.equal(spawnSync('mkfifo', [next]).status, 0);
    assert.throws(() => followRoots(at('broker', 'trust'), at('published')), RootRefused);
    rmSync(next);
    writeFileSync(next, Buffer.alloc(ENVELOPE_BYTES_MAX + 1, ' '));
    assert.throws(() => followRoots(at('broker', 'trust'), at('published')), { name: 'MalformedEnvelope' });
    assert.equal(readTrustedRoot(at('broker', 'trust')).metadata.version, 1 + ROOTS_AT_ONCE_MAX);
  });

  it('is not spoken to with an rsync of known vulnerabilities, unless it is this machine', () => {
    const bin = fakeProgram(folder(), 'rsync', 'echo "rsync  version 3.2.7  protocol version 31"');
    const worker = (host: string, timeout: number) => {
      writeFileSync(
        at('config.json'),
        JSON.stringify({ home: at('home'), rsync: { host }, metrics: { brokerPort: 0 } }),
      );
      const env = { ...process.env, PATH: bin };
      const options = { env, encoding: 'utf8', input: '', timeout } as const;
      return spawnSync(process.execPath, [BROKER_WORKER, '--config', at('config.json')], options);
    };
    const refused = worker('10.0.0.2', 20_000);
    assert.notEqual(refused.status, 0);
    assert.match(refused.stderr, /rsync 3\.2\.7 must not talk to another machine/);
    assert.doesNotMatch(worker('127.0.0.1', 3000).stderr, /must not talk/);
    for (const host of ['127.0.0.1', '127.8.9.1', '::1', '[::1]', 'localhost']) assert.ok(isLoopback(host), host);
    for (const host of ['127.0.0.1.example', 'localhost.example', '127.1', '10.0.0.2', ''])
      assert.ok(!isLoopback(host), host);
  });
});
