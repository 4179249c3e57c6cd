import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadRelease } from '../../broker/load-release.js';
import { makeKeys } from '../../cli/up/make-keys.js';
import { buildRelease } from '../../research/release/build-release.js';
import { publishRelease } from '../../research/release/publish-release.js';
import { signRelease } from '../../research/release/sign-release.js';
import { writeSigningKey } from '../../shared/node/trust/key-folder.js';
import { initPin } from '../../shared/node/trust/pin-store.js';
import { readTrustedRoot, trustRoot } from '../../shared/node/trust/trust-store.js';
import { publicKeyPem, type SigningKey } from '../../shared/trust/ed25519-key.js';
import type { RoleName } from '../../shared/trust/root.js';
import { factsOf, HELD_FILES, homeFolders, iso, KEYS, makeRoot, NOW_MS, temporaryFolder } from './release-fixture.js';
import { acceptPublished, holdCeremony, shipRelease } from './release-work.js';

const PROGRAM = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

function believe(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

interface Listed {
  threshold: number;
  rootVersion: number;
  operators: { name: string; keyid: string; privateKeyHere: boolean }[];
}

describe('believe operators', () => {
  const folder = temporaryFolder();
  const listed = (): Listed => JSON.parse(believe('operators', 'ls', '--home', folder(), '--json').stdout) as Listed;

  it('lists the one that the ceremony made, adds and revokes by the next root, and never the last one', () => {
    const init = believe('keys', 'init', '--home', folder(), '--operator', 'ann');
    assert.match(init.stdout, /holds the key of operator ann; whoever has it can let a held ship go on/);
    assert.deepEqual(
      listed().operators.map(({ name, privateKeyHere }) => [name, privateKeyHere]),
      [['ann', true]],
    );
    assert.equal(believe('operators', 'revoke', 'ann', '--home', folder()).status, 2);
    const added = believe('operators', 'add', '--name', 'bob', '--home', folder(), '--json');
    const { keyFile } = JSON.parse(added.stdout) as { keyFile: string };
    assert.ok(existsSync(keyFile));
    assert.equal(believe('operators', 'add', '--name', 'bob', '--home', folder()).status, 2);
    assert.equal(believe('operators', 'revoke', 'ann', '--home', folder()).status, 0);
    const { operators, rootVersion } = listed();
    assert.deepEqual([operators.map(({ name }) => name), rootVersion], [['bob'], 3]);
  });

  it('takes the public key of one who made his own, and how many must sign', () => {
    holdCeremony(folder());
    const file = path.join(folder(), 'bob.pub.pem');
    writeFileSync(file, publicKeyPem(KEYS.bob));
    const add = ['operators', 'add', '--name', 'bob', '--home', folder(), '--public-key', file, '--threshold', '2'];
    const { status, stderr } = believe(...add);
    assert.equal(status, 0, stderr);
    const { threshold, operators } = listed();
    assert.deepEqual([threshold, operators.at(-1)], [2, { name: 'bob', keyid: KEYS.bob.keyid, privateKeyHere: false }]);
    writeFileSync(file, 'no key');
    assert.equal(believe('operators', 'add', '--name', 'eve', '--home', folder(), '--public-key', file).status, 2);
  });
});

describe('a home from before operators had keys', () => {
  const folder = temporaryFolder();
  const DECISION = { verdict: 'approve', by: 'ann', reason: 'four minutes of data' } as const;

  /** As the versions before left it: no operators in the root, the release key with the research worker. */
  async function formerHome(home: string): Promise<void> {
    const { brokerFolder, trustFolder, releasesFolder, moduleFolder } = homeFolders(home);
    const root = makeRoot({}, { expires: iso(Date.now() + 86_400_000_000) });
    for (const trust of [trustFolder, path.join(brokerFolder, 'trust')]) trustRoot(trust, root);
    const pin = { v: 1, rootVersion: 1, epoch: 1, counter: 0, payloadSha256: null } as const;
    initPin(brokerFolder, { ...pin, highestSeenUtc: iso(NOW_MS) });
    const put = (where: string, role: RoleName, key: SigningKey) => writeSigningKey(path.join(home, where), role, key);
    for (const key of [KEYS.rootA, KEYS.rootB]) put('offline-root-keys', 'root', key);
    put('research/keys', 'release', KEYS.release);
    put('broker/keys', 'journal', KEYS.journal);
    mkdirSync(moduleFolder, { recursive: true });
    const facts = { ...factsOf('ship/1'), gateVerdict: 'hold', decision: DECISION } as const;
    await buildRelease(releasesFolder, facts, HELD_FILES, NOW_MS);
    const keysFolder = path.join(home, 'research', 'keys');
    await signRelease({ releasesFolder, keysFolder, root, releaseId: 'ship/1', nowMs: NOW_MS });
    publishRelease({ releasesFolder, trustFolder, moduleFolder, releaseId: 'ship/1' });
    await acceptPublished(home, 1);
  }

  it('gets an operator and a signer’s key at the next start; what was approved in words still verifies and loads', async () => {
    const home = path.join(folder(), 'home');
    await formerHome(home);
    assert.match(makeKeys(home, 'ann').join('\n'), /holds the key of operator ann/);
    assert.deepEqual(makeKeys(home, 'ann'), [], 'once');
    const { brokerFolder, trustFolder, keysFolder } = homeFolders(home);
    assert.equal(readdirSync(keysFolder).length, 1);
    assert.equal(readdirSync(path.join(home, 'research', 'keys')).length, 0);
    assert.equal(readTrustedRoot(trustFolder).metadata.roles.operator?.firstCounter, 2);

    await shipRelease(home, 'ship/2');
    await acceptPublished(home, 2);
    assert.equal(readTrustedRoot(path.join(brokerFolder, 'trust')).metadata.version, 2);
    const { payloadSha256 } = JSON.parse(believe('release', 'list', '--home', home, '--json').stdout).releases[0];
    const former = { tarball: 'believe-v1.tar.gz', envelope: 'believe-v1.dsse.json' };
    const expected = { payloadSha256, alreadyLive: true };
    const { predicate } = await loadRelease({ ...former, brokerFolder, nowMs: NOW_MS, expected });
    assert.deepEqual(predicate.decision, DECISION);
  });

  it('says so where the root keys are away, and goes on', async () => {
    const home = path.join(folder(), 'home');
    await formerHome(home);
    rmSync(path.join(home, 'offline-root-keys'), { recursive: true });
    assert.match(makeKeys(home, 'ann').join('\n'), /lists no operators, so no held ship can be approved/);
    await shipRelease(home, 'ship/2');
    await acceptPublished(home, 2);
  });
});
