import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pullRelease } from '../../broker/pull/pull-release.js';
import { EndlessData, type RsyncPull, rsyncPull } from '../../broker/pull/rsync-pull.js';
import { passwordFile as passwordOf } from '../../broker/rsync/module-access.js';
import { PullFailed } from '../../broker/rsync/rsync-failure.js';
import type { RsyncDaemonSettings } from '../../research/release/rsync-daemon.js';
import { obtainRsync } from '../../setup/rsync.js';
import { moduleUrl } from '../../shared/contract/rsync-modules.js';
import { trustRoot } from '../../shared/node/trust/trust-store.js';
import { startDaemon } from './daemon-process.js';
import { badLink, freePort } from './link.js';
import { homeFolders, makeRoot, temporaryFolder } from './release-fixture.js';

const failedFor = (reason: string, retryable: boolean) => (error: unknown) =>
  error instanceof PullFailed && error.reason === reason && error.retryable === retryable;

describe('releases by rsync', () => {
  const folder = temporaryFolder();
  const big = randomBytes(2_000_000);
  let program: string;
  let settings: RsyncDaemonSettings;
  let published: string;
  let secret: string;
  let daemon: Awaited<ReturnType<typeof startDaemon>>;

  before(async () => {
    program = (await obtainRsync({ reach: 'loopback' })).path;
  });
  beforeEach(async () => {
    const { moduleFolder, brokerFolder } = homeFolders(folder());
    settings = {
      program,
      address: '127.0.0.1',
      port: await freePort(),
      hostsAllow: ['127.0.0.1'],
      modules: [{ module: 'releases', folder: moduleFolder, passwordFile: passwordOf(brokerFolder, 'releases') }],
      stateFolder: path.join(folder(), 'rsync'),
    };
    published = moduleFolder;
    secret = passwordOf(brokerFolder, 'releases');
    mkdirSync(moduleFolder, { recursive: true });
    writeFileSync(path.join(moduleFolder, 'believe-v1.tar.gz'), big);
    writeFileSync(path.join(moduleFolder, 'believe-v1.dsse.json'), '{}');
    for (const version of [1, 2, 3, 40]) writeFileSync(path.join(moduleFolder, `root.${version}.json`), '{"root":1}');
    daemon = await startDaemon(settings);
  });
  afterEach(() => daemon.stop());

  const incoming = () => path.join(folder(), 'broker', 'incoming');
  const url = (port = settings.port) => moduleUrl('releases', { host: '127.0.0.1', port });
  const pull = (changes: Partial<RsyncPull> = {}): Promise<number> =>
    rsyncPull({
      program,
      url: url(),
      passwordFile: secret,
      files: ['believe-v1.tar.gz'],
      into: incoming(),
      timeoutSeconds: 10,
      bytesMax: 10_000_000,
      ...changes,
    });
  const rsync = (...args: string[]) => spawnSync(program, args, { encoding: 'utf8' });

  it('bring a release and the roots that follow to the broker', async () => {
    const { brokerFolder } = homeFolders(folder());
    trustRoot(path.join(brokerFolder, 'trust'), makeRoot());
    const ask = {
      rsync: { path: program, host: '127.0.0.1', port: settings.port, bwlimitKiBps: null },
      brokerFolder,
      incomingFolder: incoming(),
    };
    const release = { tarball: 'believe-v1.tar.gz', envelope: 'believe-v1.dsse.json' };
    const { bytes } = await pullRelease({ ...ask, release });
    assert.equal(bytes, big.length + 2 + 2 * 10);
    assert.deepEqual(readdirSync(incoming()).sort(), [
      ...['believe-v1.dsse.json', 'believe-v1.tar.gz', 'root.2.json', 'root.3.json'],
    ]);
    assert.deepEqual(readFileSync(path.join(incoming(), 'believe-v1.tar.gz')), big);
    const missing = { ...release, envelope: 'believe-v2.dsse.json' };
    await assert.rejects(pullRelease({ ...ask, release: missing }), failedFor('partial', true));
  });

  it('replace what came before, whatever its size and time', async () => {
    await pull();
    const { mtime } = statSync(path.join(published, 'believe-v1.tar.gz'));
    const file = path.join(incoming(), 'believe-v1.tar.gz');
    writeFileSync(file, Buffer.alloc(big.length));
    spawnSync('touch', ['-d', mtime.toISOString(), file]);
    await pull();
    assert.deepEqual(readFileSync(file), big);
  });

  it('keep their password over a restart of the daemon, readable by its owner only', async () => {
    const password = readFileSync(secret, 'utf8');
    await daemon.stop();
    daemon = await startDaemon(settings);
    assert.equal(readFileSync(secret, 'utf8'), password);
    for (const file of [secret, path.join(settings.stateFolder, 'rsyncd.secrets')]) {
      assert.equal(statSync(file).mode & 0o777, 0o600);
    }
    await pull();
  });

  describe('the module', () => {
    it('cannot be written, emptied or listed', () => {
      const password = `--password-file=${secret}`;
      const before = readdirSync(published);
      mkdirSync(path.join(folder(), 'evil'));
      writeFileSync(path.join(folder(), 'evil', 'believe-v9.tar.gz'), 'evil');
      assert.notEqual(rsync('-rt', password, `${folder()}/evil/`, `${url()}/`).status, 0);
      assert.notEqual(rsync('-rt', '--delete', password, `${folder()}/evil/`, `${url()}/`).status, 0);
      const removing = ['-rt', '--remove-source-files', password, `${url()}/`, `${folder()}/taken/`];
      assert.notEqual(rsync(...removing).status, 0);
      assert.deepEqual(readdirSync(published), before);
      assert.equal(rsync(`rsync://127.0.0.1:${settings.port}/`).stdout.includes('releases'), false);
    });

    it('shows no unfinished file, and follows no link out of its folder', async () => {
      writeFileSync(path.join(published, 'believe-v2.tar.gz.1-ab.tmp'), 'half');
      writeFileSync(path.join(folder(), 'secret'), 'secret');
      symlinkSync(path.join(folder(), 'secret'), path.join(published, 'link'));
      const all = path.join(folder(), 'all');
      assert.equal(rsync('-rt', `--password-file=${secret}`, `${url()}/*`, `${all}/`).status, 0);
      const roots = [1, 2, 3, 40].map((version) => `root.${version}.json`);
      assert.deepEqual(readdirSync(all).sort(), ['believe-v1.dsse.json', 'believe-v1.tar.gz', ...roots].sort());
      for (const name of ['believe-v2.tar.gz.1-ab.tmp', 'link'])
        await assert.rejects(pull({ files: [name] }), failedFor('partial', true));
    });

    it('asks for the password', async () => {
      const passwordFile = path.join(folder(), 'wrong');
      writeFileSync(passwordFile, 'wrong\n', { mode: 0o600 });
      await assert.rejects(pull({ passwordFile }), failedFor('login', false));
      await assert.rejects(pull({ url: url().replace('releases', 'landing') }), failedFor('login', false));
    });
  });

  describe('a broken transfer', () => {
    const nothingArrived = () => assert.deepEqual(readdirSync(incoming()), []);

    it('leaves nothing when the link breaks, and succeeds later', async () => {
      const link = await badLink(settings.port, 500_000, 'breaks');
      await assert.rejects(pull({ url: url(link.port) }), failedFor('stream', true));
      await link.close();
      nothingArrived();
      await pull();
    });

    it('ends by itself when the link falls silent', async () => {
      const link = await badLink(settings.port, 500_000, 'falls silent');
      await assert.rejects(pull({ url: url(link.port), timeoutSeconds: 1 }), failedFor('timeout', true));
      await link.close();
      nothingArrived();
    });

    it('says when nobody publishes', async () => {
      await assert.rejects(pull({ url: url(await freePort()) }), failedFor('connection', true));
      nothingArrived();
    });

    it('says when a file is not there, and brings none of the others', async () => {
      await assert.rejects(pull({ files: ['believe-v1.dsse.json', 'believe-v9.tar.gz'] }), failedFor('partial', true));
      nothingArrived();
    });

    it('ends at once when it is aborted, with the reason of the abort', async () => {
      const abort = new AbortController();
      const reason = new Error('the ship was aborted');
      let bytesSeen = -1;
      const aborted = pull({
        bwlimitKiBps: 100,
        signal: abort.signal,
        onProgress: (bytes) => {
          bytesSeen = bytes;
          abort.abort(reason);
        },
      });
      await assert.rejects(aborted, (error) => error === reason);
      assert.ok(bytesSeen >= 0 && bytesSeen < big.length);
      nothingArrived();
    });

    it('clears away what a killed puller left behind', async () => {
      mkdirSync(path.join(incoming(), '.pull-killed'), { recursive: true });
      writeFileSync(path.join(incoming(), '.pull-killed', '.believe-v1.tar.gz.Xy12'), 'half');
      await pull();
      assert.deepEqual(readdirSync(incoming()), ['believe-v1.tar.gz']);
    });

    it('leaves nothing under a final name when the disk is full', async () => {
      const full = path.join(folder(), 'rsync-on-a-full-disk');
      writeFileSync(full, '#!/bin/sh\nfor last; do :; done\nprintf half > "$last/believe-v1.tar.gz"\nexit 11\n');
      chmodSync(full, 0o755);
      await assert.rejects(pull({ program: full }), failedFor('disk', true));
      nothingArrived();
    });

    it('stops at the bytes that it was told to take, and never takes a file beyond them', async () => {
      const moduleFolder = published;
      for (const name of ['a', 'b', 'c']) writeFileSync(path.join(moduleFolder, name), randomBytes(40_000));
      await assert.rejects(pull({ files: ['a', 'b', 'c'], bytesMax: 100_000 }), EndlessData);
      await assert.rejects(pull({ bytesMax: 1000 }), failedFor('partial', true));
      nothingArrived();
    });

    it('refuses file names that are more than a name', async () => {
      for (const file of ['../secret', '-e', 'a b', '', '*', 'root.*.json'])
        await assert.rejects(pull({ files: [file] }), /file name/);
    });
  });

  it('are published no more after the daemon was stopped', async () => {
    await daemon.stop();
    await assert.rejects(pull(), failedFor('connection', true));
  });
});
