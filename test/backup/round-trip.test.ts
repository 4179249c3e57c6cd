import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { archivesIn } from '../../backup/archive-name.js';
import { KEEPS_NOTHING, readBackup } from '../../backup/read-archive.js';
import { BrokerRig } from '../path/broker-rig.js';
import { temporaryFolder } from '../release/release-fixture.js';
import { acceptPublished, holdCeremony, shipRelease } from '../release/release-work.js';
import { backUp, contents, OPENERS, restore } from './backup-home.js';

const ORDERS = 'broker/journal/DU1000001-ESM5/orders-2025-06-02.jsonl';

describe('a backup', () => {
  const folder = temporaryFolder();
  const at = (...parts: string[]) => path.join(folder(), ...parts);

  async function makeHome(): Promise<string> {
    const home = at('home');
    holdCeremony(home);
    await shipRelease(home, 'ship/1');
    await acceptPublished(home, 1);
    const rig = new BrokerRig(path.join(home, 'broker'));
    rig.orders(20);
    rig.decisions(5);
    rig.segment(1);
    await rig.sealAll();
    writeFileSync(path.join(home, 'config.json'), '{}');
    for (const name of [
      'logs',
      'run',
      'gateway',
      'receiver/landing',
      'research/store/objects/sha256',
      'research/store/catalogue',
    ])
      mkdirSync(path.join(home, name), { recursive: true });
    writeFileSync(path.join(home, 'logs/bridge.log'), 'x');
    writeFileSync(path.join(home, 'research/store/objects/sha256/a.parquet'), 'rows');
    writeFileSync(path.join(home, 'research/store/catalogue/a.json'), '{}');
    return home;
  }

  it('restores a home byte for byte, but for what it says it leaves out', async () => {
    const home = await makeHome();
    const before = contents(home);
    const made = await backUp(home, at('backups'), { objects: true, rootKeys: true });
    const read = await restore(made.file, at('again'));
    const expected = Object.fromEntries(
      Object.entries(before).filter(([name]) => !/^(logs|run|gateway)|\.lock$|^receiver\/landing/.test(name)),
    );
    assert.deepEqual(contents(at('again')), expected);
    assert.equal(read.manifestSha256, made.manifestSha256);
    assert.ok(made.manifest.leftOut.some(({ path: place }) => place === 'logs'));
    assert.ok(existsSync(at('again/research/published')));
  });

  it('leaves root keys and objects out unless it is asked for them, and says so', async () => {
    const home = await makeHome();
    const { file, manifest } = await backUp(home, at('backups'));
    await restore(file, at('again'));
    assert.deepEqual(
      manifest.leftOut.map(({ path: place }) => place).sort(),
      [
        'gateway',
        'logs',
        'offline-root-keys',
        'receiver/landing',
        'research/store/objects',
        'run',
        'broker/seal/work',
      ].sort(),
    );
    assert.ok(!existsSync(at('again/offline-root-keys')));
    assert.ok(existsSync(at('again/research/store/catalogue/a.json')));
  });

  it('is of one tier where one is asked for', async () => {
    const home = await makeHome();
    const { manifest } = await backUp(home, at('backups'), { tier: 'broker' });
    const tops = new Set(manifest.files.map(({ path: place }) => place.split('/')[0]));
    assert.deepEqual([...tops].sort(), ['broker', 'config.json']);
  });

  it('gives what it restores to its owner only, but for what a daemon serves', async function () {
    if (process.platform === 'win32') return this.skip();
    const home = await makeHome();
    chmodSync(path.join(home, 'config.json'), 0o666);
    const { file } = await backUp(home, at('backups'));
    assert.equal(statSync(file).mode & 0o777, 0o600);
    await restore(file, at('again'));
    for (const entry of readdirSync(at('again'), { recursive: true, withFileTypes: true })) {
      const place = path.join(entry.parentPath, entry.name);
      const isServed = place.includes(path.join('research', 'published'));
      const wanted = entry.isDirectory() ? (isServed ? 0o755 : 0o700) : isServed ? 0o644 : 0o600;
      assert.equal(statSync(place).mode & 0o777, wanted, place);
    }
  });

  it('holds the whole lines of a journal that is being written', async () => {
    const home = await makeHome();
    const whole = readFileSync(path.join(home, ORDERS));
    writeFileSync(path.join(home, ORDERS), Buffer.concat([whole, Buffer.from('{"half')]));
    const { file } = await backUp(home, at('backups'));
    await restore(file, at('again'));
    assert.ok(readFileSync(at('again', ORDERS)).equals(whole));
  });

  it('keeps long names', async () => {
    const home = await makeHome();
    const long = [`broker/${'n'.repeat(190)}`, `research/${'d'.repeat(90)}/${'e'.repeat(90)}/file`];
    for (const name of long) {
      mkdirSync(path.dirname(path.join(home, name)), { recursive: true });
      writeFileSync(path.join(home, name), name);
    }
    const { file } = await backUp(home, at('backups'));
    await restore(file, at('again'));
    for (const name of long) assert.equal(readFileSync(at('again', name), 'utf8'), name);
  });

  it('follows no link', async function () {
    if (process.platform === 'win32') return this.skip();
    const home = await makeHome();
    symlinkSync('/etc/passwd', path.join(home, 'broker/passwd'));
    symlinkSync('/etc', path.join(home, 'broker/etc'));
    const { manifest } = await backUp(home, at('backups'));
    assert.ok(!manifest.files.some(({ path: place }) => /passwd|etc\//.test(place)));
    assert.equal(manifest.leftOut.filter(({ reason }) => /link/.test(reason)).length, 2);
  });

  it('goes only where nothing is', async () => {
    const home = await makeHome();
    const { file } = await backUp(home, at('backups'));
    await assert.rejects(restore(file, home), { type: 'HomeNotEmpty' });
    mkdirSync(at('empty'));
    await restore(file, at('empty'));
    await assert.rejects(restore(file, at('empty')), { type: 'HomeNotEmpty' });
  });

  it('is not written into the home that it is of', async () => {
    const home = await makeHome();
    await assert.rejects(backUp(home, path.join(home, 'backups')), { type: 'Usage' });
  });

  it('makes older ones go when it was read back, and those of nobody else', async () => {
    const home = await makeHome();
    mkdirSync(at('backups'));
    const other = at('backups', 'believe-other-2020-01-01T00-00-00-000Z.tar.age');
    writeFileSync(other, 'x');
    for (let i = 0; i < 4; i++) await backUp(home, at('backups'), { keep: 2 });
    assert.equal(archivesIn(at('backups')).length, 3);
    await backUp(home, at('backups'), { keep: 1, tier: 'broker' });
    assert.equal(archivesIn(at('backups')).length, 4, 'of another tier');
    const late = await backUp(home, at('backups'), { keep: 1, nowMs: () => Date.parse('2001-01-01T00:00:00Z') });
    assert.ok(existsSync(late.file), 'though the clock was set back');
    assert.equal(late.removed.length, 2);
    assert.ok(existsSync(other));
  });

  it('opens with its passphrase, and with no other', async function () {
    this.timeout(60_000);
    const home = await makeHome();
    const openers = { identities: [], passphrase: 'correct horse battery' };
    const { file } = await backUp(home, at('backups'), {
      locks: { recipients: [], passphrase: openers.passphrase },
      openers: null,
    });
    await readBackup(file, openers, KEEPS_NOTHING);
    await assert.rejects(readBackup(file, { ...openers, passphrase: 'wrong' }, KEEPS_NOTHING), {
      type: 'BackupLocked',
    });
    await assert.rejects(readBackup(file, OPENERS, KEEPS_NOTHING), { type: 'BackupLocked' });
  });

  it('is a tar that plain tar unpacks', async function () {
    if (process.platform === 'win32') return this.skip();
    const home = await makeHome();
    const { file } = await backUp(home, at('backups'));
    const { decrypted } = await import('../../backup/age.js');
    const { createReadStream } = await import('node:fs');
    const chunks: Buffer[] = [];
    for await (const chunk of await decrypted(createReadStream(file), OPENERS, file)) chunks.push(chunk as Buffer);
    writeFileSync(at('plain.tar'), Buffer.concat(chunks));
    mkdirSync(at('untarred'));
    execFileSync('tar', ['-xf', at('plain.tar'), '-C', at('untarred')]);
    await restore(file, at('again'));
    assert.deepEqual(contents(at('untarred/home')), contents(at('again')));
  });
});
