import assert from 'node:assert/strict';
import { deflateRawSync, gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { type Header, pack as startTar } from 'tar-stream';
import { describeFiles, openArchive, packArchive } from '../../shared/trust/archive.js';
import { type RefusalReason, ReleaseRefused } from '../../shared/trust/refusal.js';
import { nameFault } from '../../shared/trust/safe-name.js';
import type { SignedFile } from '../../shared/trust/statement.js';
import { FILES, sha256 } from './release-fixture.js';

type Entry = Partial<Header> & { name: string; bytes?: Buffer };

const USUAL = { mode: 0o644, uid: 0, gid: 0, mtime: new Date(0), type: 'file' as const };

/** A tar of any entries, as the packer of a forger would write it. */
async function tarOf(entries: readonly Entry[]): Promise<Buffer> {
  const pack = startTar();
  for (const { bytes = Buffer.alloc(0), ...header } of entries) {
    const isFile = header.type === undefined || header.type === 'file';
    if (isFile) pack.entry({ ...USUAL, size: bytes.length, ...header }, bytes);
    else pack.entry({ ...USUAL, ...header });
  }
  pack.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of pack) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The gzip form that a release has. */
function zipped(tar: Buffer): Buffer {
  const bytes = gzipSync(tar, { level: 9 });
  bytes[9] = 0xff;
  return bytes;
}

function signed(entries: readonly { name: string; bytes: Buffer }[]): SignedFile[] {
  return entries.map(({ name, bytes }) => ({ name, size: bytes.length, sha256: sha256(bytes) }));
}

async function refusal(tarball: Buffer, files: readonly SignedFile[]): Promise<ReleaseRefused | undefined> {
  try {
    await openArchive(tarball, files);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof ReleaseRefused, `not a refusal: ${(error as Error).stack}`);
    return error;
  }
}

const A = { name: 'a.txt', bytes: Buffer.from('alpha') };
const B = { name: 'b.txt', bytes: Buffer.from('beta') };

/** The archive holds `entries`; what is signed is a.txt and, if given, more. */
async function refusedFor(reason: RefusalReason, entries: readonly Entry[], files = signed([A])): Promise<void> {
  assert.equal((await refusal(zipped(await tarOf(entries)), files))?.reason, reason);
}

describe('openArchive', () => {
  it('gives back what was packed, for any files', async () => {
    const name = fc.stringMatching(/^[a-z0-9_]{1,8}(\/[a-z0-9_]{1,8}\.[a-z]{1,4})?$/);
    const entries = fc.uniqueArray(fc.tuple(name, fc.uint8Array({ maxLength: 2000 })), {
      selector: ([one]) => one.split('/')[0],
      minLength: 1,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(entries, async (list) => {
        const safe = list.filter(([one]) => nameFault(one) === undefined);
        const files = new Map(safe.map(([one, bytes]) => [one, Buffer.from(bytes)]));
        const opened = await openArchive(await packArchive(files), describeFiles(files));
        assert.deepEqual(new Map([...opened].sort()), new Map([...files].sort()));
      }),
      { numRuns: 100 },
    );
  });

  it('packs the same bytes in whatever order the files come', async () => {
    assert.deepEqual(await packArchive(new Map([...FILES].reverse())), await packArchive(FILES));
  });

  it('packs whole ustar blocks, which tar and gzip open as well', async () => {
    const tar = gunzipSync(await packArchive(FILES));
    assert.equal(tar.length % 512, 0);
    assert.equal(tar.subarray(257, 262).toString(), 'ustar');
  });

  describe('endless data, bombs', () => {
    it('stops at the signed size: 300 MB of zeros in a small gzip', async () => {
      const bomb = zipped(Buffer.alloc(300 * 2 ** 20));
      assert.ok(bomb.length < 400_000);
      assert.equal((await refusal(bomb, signed([A])))?.reason, 'archive-bomb');
    });

    it('refuses an entry that is longer or shorter than signed', async () => {
      await refusedFor('file-size', [{ name: 'a.txt', bytes: Buffer.from('alphabet') }]);
      await refusedFor('file-size', [{ name: 'a.txt', bytes: Buffer.from('a') }]);
    });
  });

  describe('names', () => {
    const tricks: [string, string, string][] = [
      ['a parent folder', '../a.txt', 'dot-segment'],
      ['a parent folder in the middle', 'heads/../../a.txt', 'dot-segment'],
      ['the current folder', './a.txt', 'dot-segment'],
      ['an absolute path', '/etc/passwd', 'absolute'],
      ['an absolute Windows path', '\\windows\\system.ini', 'absolute'],
      ['a drive', 'C:/a.txt', 'drive'],
      ['a drive without a slash', 'C:a.txt', 'drive'],
      ['a UNC path', '//server/share/a.txt', 'unc'],
      ['a UNC path with backslashes', '\\\\server\\share\\a.txt', 'unc'],
      ['an alternate data stream', 'a.txt:stream', 'alternate-stream'],
      ['backslashes', 'heads\\a.txt', 'backslash'],
      ['a device', 'CON', 'reserved-device'],
      ['a device with an extension', 'nul.onnx', 'reserved-device'],
      ['a device in a folder', 'heads/COM1.txt', 'reserved-device'],
      ['a device as a folder', 'aux/a.txt', 'reserved-device'],
      ['a trailing dot', 'a.txt.', 'trailing-dot-or-space'],
      ['a trailing space', 'a.txt ', 'trailing-dot-or-space'],
      ['an 8.3 short name', 'GOLDEN~1.JSO', 'short-name'],
      ['a decomposed letter (NFD)', 'cafe\u0301.txt', 'not-printable-ascii'],
      ['a composed letter (NFC)', 'caf\u00e9.txt', 'not-printable-ascii'],
      ['a right-to-left override', 'a\u202etxt.exe', 'not-printable-ascii'],
      ['a control character', 'a\u0007.txt', 'not-printable-ascii'],
      ['a wildcard', 'a*.txt', 'unusual-character'],
      ['a leading dot', '.profile', 'unusual-character'],
      ['an empty segment', 'heads//a.txt', 'empty-segment'],
      ['no name', '', 'empty-segment'],
    ];
    for (const [what, name, fault] of tricks) {
      it(`refuses ${what}: ${JSON.stringify(name)}`, async () => {
        assert.equal(nameFault(name), fault);
        const asSigned = await refusal(zipped(await tarOf([A])), [...signed([A]), ...signed([{ ...B, name }])]);
        assert.equal(asSigned?.reason, 'unsafe-name', 'in the signed list');
        assert.equal(asSigned?.details.fault, fault);
        if (name === '') return; // tar-stream packs no nameless entry
        const inArchive = await refusal(zipped(await tarOf([A, { ...B, name }])), signed([A]));
        // A name outside ASCII needs an extended header, and that is refused already.
        const reasons = fault === 'not-printable-ascii' ? ['unsafe-name', 'entry-override'] : ['unsafe-name'];
        assert.ok(reasons.includes(inArchive?.reason ?? 'accepted'), `in the archive: ${inArchive?.reason}`);
      });
    }

    it('refuses names that one case-insensitive disk cannot keep apart', async () => {
      for (const name of ['A.TXT', 'a.txt/b']) {
        const found = await refusal(zipped(await tarOf([A])), [...signed([A]), ...signed([{ ...B, name }])]);
        assert.equal(found?.details.fault, 'case-collision', name);
      }
      const folders = signed([
        { ...A, name: 'heads/a' },
        { ...B, name: 'Heads/b' },
      ]);
      assert.equal((await refusal(zipped(await tarOf([A])), folders))?.details.fault, 'case-collision');
    });
  });

  describe('entries', () => {
    const kinds = ['symlink', 'link', 'character-device', 'block-device', 'fifo', 'directory'] as const;
    for (const type of kinds) {
      it(`refuses a ${type}, also under a signed name`, async () => {
        await refusedFor('entry-type', [{ name: 'a.txt', type, linkname: 'b.txt' }]);
        await refusedFor('entry-type', [A, { name: 'b.txt', type, linkname: '/etc/passwd' }]);
      });
    }

    it('refuses a pax header that renames an entry', async () => {
      await refusedFor('entry-override', [{ ...A, name: 'b.txt', pax: { path: 'a.txt' } }]);
    });

    it('refuses a pax header that resizes an entry', async () => {
      await refusedFor('entry-override', [{ ...A, pax: { size: '5' } }]);
    });

    it('refuses a GNU long name', async () => {
      const tar = await tarOf([A]);
      const longName = await tarOf([{ name: '././@LongLink', bytes: Buffer.from('a.txt\0') }]);
      longName[156] = 'L'.charCodeAt(0);
      withChecksum(longName);
      const both = Buffer.concat([longName.subarray(0, 1024), tar]);
      assert.equal((await refusal(zipped(both), signed([A])))?.reason, 'not-canonical');
    });

    it('refuses a file that is not signed, missing, or there twice', async () => {
      await refusedFor('unexpected-file', [A, B]);
      await refusedFor('missing-file', [A], signed([A, B]));
      await refusedFor('duplicate-file', [A, A]);
      await refusedFor('duplicate-file', [A], signed([A, A]));
    });

    it('refuses other bytes of the same length', async () => {
      await refusedFor('file-hash', [{ name: 'a.txt', bytes: Buffer.from('alphA') }]);
    });

    it('refuses any header field that a packed release would not have', async () => {
      for (const header of [{ mode: 0o4755 }, { uid: 1000 }, { mtime: new Date(1e12) }, { uname: 'root' }]) {
        await refusedFor('not-canonical', [{ ...A, ...header }]);
      }
      await refusedFor('not-canonical', [B, A], signed([A, B]));
    });

    it('refuses a second archive behind the end of the first', async () => {
      const both = Buffer.concat([await tarOf([A]), await tarOf([B])]);
      assert.equal((await refusal(zipped(both), signed([A])))?.reason, 'unexpected-file');
      const padded = Buffer.concat([await tarOf([A]), Buffer.alloc(1024)]);
      assert.equal((await refusal(zipped(padded), signed([A])))?.reason, 'not-canonical');
    });
  });

  describe('gzip', () => {
    it('refuses a second member', async () => {
      const tar = await tarOf([A]);
      const twice = Buffer.concat([zipped(tar), zipped(tar)]);
      assert.equal((await refusal(twice, signed([A])))?.reason, 'second-gzip-member');
    });

    it('refuses bytes behind the end', async () => {
      const tarball = Buffer.concat([zipped(await tarOf([A])), Buffer.from('more')]);
      assert.equal((await refusal(tarball, signed([A])))?.reason, 'trailing-bytes');
    });

    it('refuses header fields, another method, a wrong checksum, and no gzip at all', async () => {
      const good = zipped(await tarOf([A]));
      const named = Buffer.from(good);
      named[3] = 0x08; // a file name follows
      const wrongSum = Buffer.from(good);
      wrongSum[good.length - 8]! ^= 1;
      const raw = deflateRawSync(await tarOf([A]));
      for (const bytes of [named, wrongSum, raw, await tarOf([A]), Buffer.alloc(0)]) {
        assert.equal((await refusal(bytes, signed([A])))?.reason, 'gzip-malformed');
      }
    });
  });

  describe('damage inside a correctly packed gzip', () => {
    it('refuses a tar cut anywhere', async () => {
      const tar = gunzipSync(await packArchive(FILES));
      const files = describeFiles(FILES);
      await fc.assert(
        fc.asyncProperty(fc.nat(tar.length - 1), async (at) => {
          assert.ok((await refusal(zipped(tar.subarray(0, at)), files)) !== undefined);
        }),
        { numRuns: 300 },
      );
    });

    it('refuses any bytes changed in the tar, and never fails otherwise', async () => {
      const tar = gunzipSync(await packArchive(FILES));
      const files = describeFiles(FILES);
      const changes = fc.array(fc.tuple(fc.nat(tar.length - 1), fc.integer({ min: 1, max: 255 })), {
        minLength: 1,
        maxLength: 4,
      });
      await fc.assert(
        fc.asyncProperty(changes, fc.boolean(), async (list, mendChecksums) => {
          const changed = Buffer.from(tar);
          for (const [at, mask] of new Map(list)) changed[at]! ^= mask;
          if (mendChecksums) for (let at = 0; at + 512 <= changed.length; at += 512) withChecksum(changed, at);
          fc.pre(!changed.equals(tar)); // A changed checksum that was mended is no change.
          assert.ok((await refusal(zipped(changed), files)) !== undefined);
        }),
        { numRuns: 500 },
      );
    });

    it('refuses any gzip at all of random bytes', async () => {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), async (bytes) => {
          assert.ok((await refusal(zipped(Buffer.from(bytes)), signed([A]))) !== undefined);
        }),
        { numRuns: 200 },
      );
    });
  });
});

/** Recomputes the checksum of the header at `at` in place, where the block looks like a header. */
function withChecksum(tar: Buffer, at = 0): void {
  if (tar.subarray(at + 257, at + 262).toString('latin1') !== 'ustar') return;
  tar.write('        ', at + 148, 'latin1');
  const sum = tar.subarray(at, at + 512).reduce((total, byte) => total + byte, 0);
  tar.write(`${sum.toString(8).padStart(6, '0')} \0`.slice(0, 8), at + 148, 'latin1');
}
