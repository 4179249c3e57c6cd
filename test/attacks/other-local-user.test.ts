import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildRelease } from '../../research/release/build-release.js';
import { keyPlaces, privateKeysFolder } from '../../research/release/key-places.js';
import { publishRelease } from '../../research/release/publish-release.js';
import { signRelease } from '../../research/release/sign-release.js';
import { loadConfig } from '../../shared/node/config/load-config.js';
import { makePrivateFolder } from '../../shared/node/process/private-files.js';
import { readTrustedRoot } from '../../shared/node/trust/trust-store.js';
import { serverAddress } from '../../temporal/server-address.js';
import { FILES, factsOf, homeFolders } from '../release/release-fixture.js';
import { cargoOf, SigningTable } from './signing-table.js';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

describe('attack: another user of the machine', function () {
  this.timeout(60_000);
  if (process.platform === 'win32') return;
  let home: string;
  let umaskBefore: number;
  beforeEach(() => {
    home = path.join(mkdtempSync(path.join(os.tmpdir(), 'believe-attack-')), 'home');
    umaskBefore = process.umask(0o022);
  });
  afterEach(() => {
    process.umask(umaskBefore);
    rmSync(path.dirname(home), { recursive: true, force: true });
  });
  const believe = (...words: string[]) =>
    spawnSync(process.execPath, [MAIN, ...words, '--home', home], { encoding: 'utf8' });
  const keyFile = () => {
    const folder = privateKeysFolder(keyPlaces(home), 'release');
    return path.join(folder, readdirSync(folder).find((name) => name.startsWith('release-'))!);
  };
  const sign = async () => {
    const { releasesFolder, keysFolder, trustFolder } = homeFolders(home);
    await buildRelease(releasesFolder, factsOf('ship/1'), FILES, Date.now());
    const root = readTrustedRoot(trustFolder);
    return await signRelease({ releasesFolder, keysFolder, root, releaseId: 'ship/1', nowMs: Date.now() });
  };

  it('can read and change nothing that a command makes', () => {
    const { status, stderr } = believe('keys', 'init');
    assert.equal(status, 0, stderr);
    const open = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter(
      (name) => (statSync(path.join(home, name)).mode & 0o077) !== 0,
    );
    assert.deepEqual(open, []);
  });

  it('is shut out of a home that was made open', () => {
    mkdirSync(home, { mode: 0o777 });
    chmodSync(home, 0o777);
    makePrivateFolder(home);
    assert.equal(statSync(home).mode & 0o777, 0o700);
  });

  it('has no release signed by a key that he could read or replace', async () => {
    believe('keys', 'init');
    for (const mode of [0o640, 0o604, 0o660, 0o666]) {
      chmodSync(keyFile(), mode);
      await assert.rejects(sign(), { name: 'KeyExposed', message: /is not for its owner only \(mode 06/ });
    }
    chmodSync(keyFile(), 0o600);
    await sign();
  });

  it('does not learn the key of the client certificate', () => {
    const keyFile = path.join(path.dirname(home), 'client.key');
    writeFileSync(keyFile, 'key', { mode: 0o644 });
    const config = loadConfig({ env: {} });
    const tls = { caFile: keyFile, certFile: keyFile, keyFile, serverName: null, tierFolder: null };
    assert.throws(() => serverAddress({ ...config, temporal: { ...config.temporal, tls } }), { name: 'KeyExposed' });
    chmodSync(keyFile, 0o600);
    assert.ok(serverAddress({ ...config, temporal: { ...config.temporal, tls } }).tls);
  });

  it('still is served what is published, by a daemon that has given up being root', async () => {
    believe('keys', 'init');
    process.umask(0o077);
    await sign();
    const { releasesFolder, trustFolder, moduleFolder } = homeFolders(home);
    mkdirSync(moduleFolder);
    publishRelease({ releasesFolder, trustFolder, moduleFolder, releaseId: 'ship/1' });
    for (const name of readdirSync(moduleFolder))
      assert.equal(statSync(path.join(moduleFolder, name)).mode & 0o777, 0o644);
  });

  it('still is served what was given up; and the signer, as another user of the group, reads its inbox', async () => {
    process.umask(0o077);
    const table = new SigningTable(home);
    const inbox = path.join(home, 'signer', 'inbox');
    const cargo = await cargoOf('ship/1~0a1b2c3d');
    table.dossierOf(cargo);
    for (const name of readdirSync(inbox)) assert.equal(statSync(path.join(inbox, name)).mode & 0o777, 0o600, name);
    rmSync(inbox, { recursive: true });
    mkdirSync(inbox);
    chmodSync(inbox, 0o750);
    await table.publish(cargo);
    await table.signer.answer({ do: 'revoke', shipId: cargo.shipId, reason: 'aborted' });
    const { moduleFolder } = table.places;
    assert.ok(readdirSync(moduleFolder).includes('revocations.dsse.json'));
    for (const name of readdirSync(moduleFolder))
      assert.equal(statSync(path.join(moduleFolder, name)).mode & 0o777, 0o644, name);
    for (const name of readdirSync(inbox)) assert.equal(statSync(path.join(inbox, name)).mode & 0o777, 0o640, name);
  });
});
