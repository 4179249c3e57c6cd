import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { generateX25519Identity } from 'age-encryption';
import { type Header, pack } from 'tar-stream';
import { encrypted } from '../../backup/age.js';
import { KEEPS_NOTHING, readBackup } from '../../backup/read-archive.js';
import { randomNumbers } from '../bridge/kill-moments.js';
import { sha256, temporaryFolder } from '../release/release-fixture.js';
import { backUp, RECIPIENT, restore } from './backup-home.js';

type Entry = [header: Partial<Header> & { name: string }, body?: string];

describe('a hostile backup', () => {
  const folder = temporaryFolder();
  const at = (...parts: string[]) => path.join(folder(), ...parts);

  const fileOf = (place: string, body: string) => ({
    path: place,
    size: Buffer.byteLength(body),
    sha256: sha256(body),
  });
  const manifestOf = (changes: object = {}) =>
    JSON.stringify({
      ...{
        kind: 'believe.backup',
        v: 1,
        program: 'x',
        tier: 'all',
        whose: 'x',
        home: '/x',
        at: '2025-06-02T12:00:00.000Z',
      },
      ...{ folders: [], files: [fileOf('broker/a', 'abc')], leftOut: [], ...changes },
    });
  const MANIFEST = 'believe-backup.json';

  async function archive(entries: readonly Entry[]): Promise<string> {
    const tar = pack();
    for (const [header, body] of entries) tar.entry(header as Header, body ?? '');
    tar.finalize();
    return await locked(tar as unknown as Readable);
  }

  async function locked(plain: Readable): Promise<string> {
    const bytes: Buffer[] = [];
    for await (const chunk of plain) bytes.push(chunk as Buffer);
    const packed: Buffer[] = [];
    const source = Readable.from([Buffer.concat(bytes)], { objectMode: false });
    for await (const chunk of await encrypted(source, { recipients: [RECIPIENT], passphrase: null }))
      packed.push(chunk as Buffer);
    const file = at(`hostile-${readdirSync(folder()).length}.tar.age`);
    writeFileSync(file, Buffer.concat(packed));
    return file;
  }

  /** It is refused with one of our types, and leaves nothing at all. */
  async function assertRefused(file: string, type: RegExp = /^Backup(Refused|Damaged)$/): Promise<void> {
    const before = readdirSync(folder()).sort();
    await assert.rejects(restore(file, at('home')), (error: Error) => {
      assert.match(error.name, type, error.stack);
      return true;
    });
    assert.deepEqual(readdirSync(folder()).sort(), before, 'nothing was left');
  }

  it('is taken where it is none, or nothing below proves anything', async () => {
    await restore(
      await archive([
        [{ name: MANIFEST }, manifestOf()],
        [{ name: 'home/broker/a' }, 'abc'],
      ]),
      at('home'),
    );
    assert.equal(readFileSync(at('home/broker/a'), 'utf8'), 'abc');
  });

  for (const name of [
    ...['../a', 'a/../../b', '/etc/passwd', 'C:/a', 'C:a', '\\\\host\\share', 'a\\b', 'a//b', './a', 'a/.', ''],
    ...['NUL', 'a/con.txt', 'COM1', 'a.', 'a ', 'a:stream', 'a|b', 'a*', 'ä', 'a\u0000b', 'a\nb', 'x'.repeat(250)],
  ])
    it(`does not get ${JSON.stringify(name).slice(0, 30)} written`, async () => {
      const entries: Entry[] = [[{ name: MANIFEST }, manifestOf({ files: [fileOf(name, 'abc')] })]];
      await assertRefused(await archive([...entries, [{ name: `home/${name}`.replaceAll('\0', '') }, 'abc']]));
      await assertRefused(await archive([[{ name: MANIFEST }, manifestOf({ folders: [name], files: [] })]]));
    });

  const good: Entry[] = [
    [{ name: MANIFEST }, manifestOf()],
    [{ name: 'home/broker/a' }, 'abc'],
  ];
  const cases: Record<string, readonly Entry[]> = {
    'nothing in it': [],
    'no manifest at its begin': [good[1]!, good[0]!],
    'a manifest that is none': [[{ name: MANIFEST }, '{"kind":"believe.backup"}'], good[1]!],
    'a manifest that is a link': [[{ name: MANIFEST, type: 'symlink', linkname: '/etc/passwd' }]],
    'a link in the place of a file': [good[0]!, [{ name: 'home/broker/a', type: 'symlink', linkname: '/etc/passwd' }]],
    'a hard link': [good[0]!, [{ name: 'home/broker/a', type: 'link', linkname: '/etc/passwd' }]],
    'a device': [good[0]!, [{ name: 'home/broker/a', type: 'character-device' }]],
    'a folder': [good[0]!, [{ name: 'home/broker/a', type: 'directory' }]],
    'a pipe': [good[0]!, [{ name: 'home/broker/a', type: 'fifo' }]],
    'another name': [good[0]!, [{ name: 'home/broker/b' }, 'abc']],
    'another name by a pax header': [good[0]!, [{ name: 'home/broker/a', pax: { path: '../../x' } }, 'abc']],
    'another size by a pax header': [good[0]!, [{ name: 'home/broker/a', pax: { size: '4096' } }, 'abc']],
    'a name outside the home': [good[0]!, [{ name: 'broker/a' }, 'abc']],
    'other bytes': [good[0]!, [{ name: 'home/broker/a' }, 'abd']],
    'more bytes': [good[0]!, [{ name: 'home/broker/a' }, 'abcd']],
    'fewer bytes': [good[0]!, [{ name: 'home/broker/a' }, 'ab']],
    'a file twice': [...good, good[1]!],
    'a file more': [...good, [{ name: 'home/broker/b' }, 'abc']],
    'a file less': [good[0]!],
    'a second manifest': [...good, good[0]!],
    'the same name twice': [[{ name: MANIFEST }, manifestOf({ files: [fileOf('a', 'x'), fileOf('a', 'x')] })]],
    'names that differ in their case': [
      [{ name: MANIFEST }, manifestOf({ files: [fileOf('a/b', 'x'), fileOf('A/c', 'x')] })],
    ],
    'a file that is a folder': [[{ name: MANIFEST }, manifestOf({ files: [fileOf('a', 'x'), fileOf('a/b', 'x')] })]],
    'a file that is an empty folder': [[{ name: MANIFEST }, manifestOf({ folders: ['a'], files: [fileOf('a', 'x')] })]],
    'a size below nothing': [[{ name: MANIFEST }, manifestOf({ files: [{ ...fileOf('a', 'x'), size: -1 }] })]],
    'a field that nobody knows': [[{ name: MANIFEST }, manifestOf({ run: 'me' })], good[1]!],
  };
  for (const [what, entries] of Object.entries(cases))
    it(`is refused for ${what}`, async () => await assertRefused(await archive(entries)));

  it('fills no memory with a manifest without end, and no disk with a file without end', async () => {
    const header = Buffer.alloc(512);
    const tar = pack();
    tar.entry({ name: MANIFEST, size: 8 * 2 ** 30 } as Header);
    for await (const chunk of tar) {
      (chunk as Buffer).copy(header);
      break;
    }
    await assertRefused(await locked(Readable.from([header, Buffer.alloc(1024)])), /^BackupRefused$/);
    const huge = { ...fileOf('a', 'x'), size: 2 ** 40 };
    await assertRefused(
      await archive([
        [{ name: MANIFEST }, manifestOf({ files: [huge] })],
        [{ name: 'home/a' }, 'x'],
      ]),
    );
  });

  it('is refused when it is no tar, no age file, nothing, a folder, or not there', async () => {
    await assertRefused(await locked(Readable.from([Buffer.alloc(100_000, 7)])));
    writeFileSync(at('x.tar.age'), 'age-encryption.org/v1\n-> X25519 rubbish\n');
    await assertRefused(at('x.tar.age'));
    writeFileSync(at('y.tar.age'), '');
    await assertRefused(at('y.tar.age'));
    mkdirSync(at('folder'));
    await assertRefused(at('folder'));
    await assertRefused(at('missing'));
  });

  it('is refused with any bit flipped, cut anywhere, or with bytes behind its end', async function () {
    this.timeout(60_000);
    mkdirSync(at('source/broker'), { recursive: true });
    writeFileSync(at('source/broker/a.bin'), Buffer.alloc(200_000, 3));
    const { file, bytes } = await backUp(at('source'), at('backups'));
    const random = randomNumbers(7);
    const places = [0, 30, 60, 120, 200, bytes - 1, ...Array.from({ length: 40 }, () => Math.floor(random() * bytes))];
    for (const place of places) {
      const flipped = readFileSync(file);
      flipped[place]! ^= 1 << Math.floor(random() * 8);
      writeFileSync(at('flipped.tar.age'), flipped);
      await assertRefused(at('flipped.tar.age'), /^Backup(Refused|Damaged|Locked)$/);
    }
    for (const length of places.filter((place) => place > 0)) {
      copyFileSync(file, at('cut.tar.age'));
      truncateSync(at('cut.tar.age'), length);
      await assertRefused(at('cut.tar.age'));
    }
    writeFileSync(at('longer.tar.age'), Buffer.concat([readFileSync(file), Buffer.from('x')]));
    await assertRefused(at('longer.tar.age'));
    const stranger = { identities: [await generateX25519Identity()], passphrase: null };
    await assert.rejects(readBackup(file, stranger, KEEPS_NOTHING), { type: 'BackupLocked' });
    assert.ok(!existsSync(at('home')));
  });
});
