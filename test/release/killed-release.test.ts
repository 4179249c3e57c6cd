import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { releaseLedger } from '../../research/release/build-release.js';
import { signersOf } from '../../shared/node/trust/key-folder.js';
import { readPin } from '../../shared/node/trust/pin-store.js';
import { readTrustedRoot } from '../../shared/node/trust/trust-store.js';
import { atEveryMoment } from './cut-off.js';
import { homeFolders, sha256, temporaryFolder } from './release-fixture.js';
import { acceptPublished, holdCeremony, shipRelease } from './release-work.js';

const PROGRAM = fileURLToPath(new URL('./release-process.js', import.meta.url));

/** Resolves with the signal that ended the process, or what it said where it failed by itself. */
function shipInProcess(home: string, releaseId: string, killAt = 0): Promise<{ signal: string | null; said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, home, releaseId, String(killAt)]);
    let said = '';
    child.stderr.on('data', (text: Buffer) => {
      said += text.toString();
    });
    child.once('error', reject);
    child.once('close', (_code, signal) => resolve({ signal, said }));
  });
}

/** Name -> sha256 of every file of a folder, without temporary files, which nothing reads. */
function contents(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true }).map(String).sort();
  const files = names.filter((name) => !name.includes('.tmp') && statSync(path.join(folder, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, sha256(readFileSync(path.join(folder, name)))]));
}

function ledgerOf(home: string) {
  const releases = releaseLedger(homeFolders(home).releasesFolder).list();
  return releases.map(({ allocatedAt: _, ...release }) => release);
}

describe('a release cut off at any moment', () => {
  const folder = temporaryFolder();
  let ceremony: string;
  beforeEach(() => {
    ceremony = path.join(folder(), 'ceremony');
    holdCeremony(ceremony);
  });
  const copyOf = (home: string) => (moment: number | string) => {
    const copy = path.join(folder(), `copy-${moment}`);
    cpSync(home, copy, { recursive: true });
    return copy;
  };

  it('shows brokers whole files only, the envelope last, and is shipped in the end with one counter', async () => {
    const undisturbed = copyOf(ceremony)('undisturbed');
    await shipRelease(undisturbed, 'ship/1');
    const wanted = contents(homeFolders(undisturbed).moduleFolder);
    const moments = await atEveryMoment(
      (home) => shipRelease(home, 'ship/1'),
      copyOf(ceremony),
      async (home, moment) => {
        const { moduleFolder } = homeFolders(home);
        const seen = existsSync(moduleFolder) ? contents(moduleFolder) : {};
        for (const [name, hash] of Object.entries(seen)) assert.equal(hash, wanted[name], `moment ${moment}: ${name}`);
        if ('believe-v1.dsse.json' in seen) assert.deepEqual(seen, wanted, `moment ${moment}`);
        await shipRelease(home, 'ship/1');
        assert.deepEqual(contents(homeFolders(home).moduleFolder), wanted, `moment ${moment}`);
        assert.deepEqual(ledgerOf(home), ledgerOf(undisturbed), `moment ${moment}`);
      },
    );
    assert.ok(moments > 60, `${moments} moments`);
  });

  it('is accepted by the broker in the end as if nothing had happened', async () => {
    await shipRelease(ceremony, 'ship/1');
    const undisturbed = copyOf(ceremony)('undisturbed');
    await acceptPublished(undisturbed, 1);
    const wanted = contents(path.join(undisturbed, 'broker', 'releases'));
    const pin = readPin(path.join(undisturbed, 'broker'));
    assert.equal(pin.counter, 1);
    const moments = await atEveryMoment(
      (home) => acceptPublished(home, 1),
      copyOf(ceremony),
      async (home, moment) => {
        readPin(path.join(home, 'broker')); // whatever the moment, the pin is readable
        await acceptPublished(home, 1);
        assert.deepEqual(contents(path.join(home, 'broker', 'releases')), wanted, `moment ${moment}`);
        assert.deepEqual(readPin(path.join(home, 'broker')), pin);
      },
    );
    assert.ok(moments > 40, `${moments} moments`);
  });

  it('has keys and a pin in the end, when the ceremony is what was cut off', async () => {
    const moments = await atEveryMoment(
      (home) => holdCeremony(home),
      (moment) => path.join(folder(), `ceremony-${moment}`),
      async (home) => {
        holdCeremony(home);
        const { trustFolder, brokerFolder } = homeFolders(home);
        const root = readTrustedRoot(trustFolder);
        assert.deepEqual(readTrustedRoot(path.join(brokerFolder, 'trust')).envelope, root.envelope);
        assert.equal(readPin(brokerFolder).counter, 0);
        const signers = signersOf(homeFolders(home).keysFolder, 'release', root);
        assert.equal(signers.length, 1, 'the private key is the one of the root');
      },
    );
    assert.ok(moments > 40, `${moments} moments`);
  });

  it('is the same when the process is really killed', async () => {
    const undisturbed = copyOf(ceremony)('undisturbed');
    await shipRelease(undisturbed, 'ship/1');
    for (const killAt of [5, 20, 45, 70]) {
      const home = copyOf(ceremony)(killAt);
      assert.equal((await shipInProcess(home, 'ship/1', killAt)).signal, 'SIGKILL');
      await shipRelease(home, 'ship/1');
      assert.deepEqual(ledgerOf(home), ledgerOf(undisturbed));
      assert.deepEqual(
        contents(homeFolders(home).moduleFolder),
        contents(homeFolders(undisturbed).moduleFolder),
        `killed before operation ${killAt}`,
      );
    }
  });

  it('gets numbers of its own when several processes ship at the same time', async () => {
    const ids = ['ship/1', 'ship/2', 'ship/1', 'ship/2', 'ship/3'];
    const outcomes = await Promise.all(ids.map((id) => shipInProcess(ceremony, id)));
    const releases = ledgerOf(ceremony);
    assert.deepEqual(
      releases.map(({ counter }) => counter),
      [1, 2, 3],
    );
    assert.deepEqual(releases.map(({ releaseId }) => releaseId).sort(), ['ship/1', 'ship/2', 'ship/3']);
    // Whoever was overtaken between its numbers and its signature is told so; the others are whole.
    for (const { said } of outcomes) if (said !== '') assert.match(said, /has its numbers already/);
    assert.notEqual(releases.at(-1)!.payloadSha256, null);
  });
});
