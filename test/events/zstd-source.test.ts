import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { decompress } from 'fzstd';
import { BadInput } from '../../shared/failure.js';
import { openByteSource } from '../../shared/node/files/byte-source.js';
import { unpackZstdFrames } from '../../shared/node/files/zstd-frames.js';
import { REAL_FILES } from '../market/real-files.js';

/** A frame that only tools read: magic, size, contents. */
const SKIPPABLE = Buffer.from('502a4d1803000000aabbcc', 'hex');
const EMPTY_SKIPPABLE = Buffer.from('5f2a4d1800000000', 'hex');

const packed = (data: Buffer, checksum = true) =>
  zstdCompressSync(data, { params: { [constants.ZSTD_c_checksumFlag]: checksum ? 1 : 0 } });

describe('a file packed with zstd', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-zstd-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function contentsOf(bytes: Buffer): Promise<Buffer> {
    const file = path.join(folder, 'day.jsonl.zst');
    writeFileSync(file, bytes);
    const source = await openByteSource(file);
    const target = Buffer.alloc(1 << 16);
    const parts: Buffer[] = [];
    try {
      for (let read = await source.readInto(target, 0); read > 0; read = await source.readInto(target, 0))
        parts.push(Buffer.from(target.subarray(0, read)));
    } finally {
      await source.close();
    }
    return Buffer.concat(parts);
  }
  const refused = (bytes: Buffer, reason: RegExp) =>
    assert.rejects(contentsOf(bytes), (error: Error) => {
      assert.ok(error instanceof BadInput, error.stack);
      assert.match(error.message, /day\.jsonl\.zst: /);
      assert.match(error.message, reason);
      return true;
    });

  // Compresses badly, so that damage at any place meets data; more than one block of 128 KiB.
  const random = Buffer.from(randomBytes(200_000).toString('hex'));
  const whole = packed(random);

  it('is read to the end of its last frame, whatever frames it has', async () => {
    const second = Buffer.from('the second frame\n');
    const zeros = Buffer.alloc(300_000);
    for (const [frames, expected] of [
      [[whole], [random]],
      [
        [whole, packed(second)],
        [random, second],
      ],
      [
        [SKIPPABLE, whole, EMPTY_SKIPPABLE, packed(second, false), SKIPPABLE],
        [random, second],
      ],
      [
        [packed(zeros, false), packed(Buffer.alloc(0)), packed(zeros)],
        [zeros, zeros],
      ],
    ] as const)
      assert.ok((await contentsOf(Buffer.concat(frames))).equals(Buffer.concat(expected)));
  });

  it('is what another reader takes out of the real files of Databento, whose header is a frame of its own', async () => {
    for (const file of [REAL_FILES.mbo, REAL_FILES.mbp1, REAL_FILES.trades, REAL_FILES.ohlcv, REAL_FILES.definition]) {
      const bytes = readFileSync(file);
      assert.ok((await contentsOf(bytes)).equals(decompress(bytes)), file);
    }
  });

  it('is read alike however its bytes arrive', async () => {
    const part = fc.tuple(fc.uint8Array({ maxLength: 400 }), fc.nat(2000), fc.boolean(), fc.boolean());
    const stream = fc.tuple(fc.array(part, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 40 }));
    await fc.assert(
      fc.asyncProperty(stream, async ([parts, chunkBytes]) => {
        const contents = parts.map(([bytes, zeros]) => Buffer.concat([bytes, Buffer.alloc(zeros)]));
        const frames = parts.flatMap(([, , checksum, skippable], i) => [
          ...(skippable ? [SKIPPABLE] : []),
          packed(contents[i]!, checksum),
        ]);
        const unpacked: Uint8Array[] = [];
        for await (const chunk of unpackZstdFrames(inChunks(Buffer.concat(frames), chunkBytes), 4096))
          unpacked.push(chunk);
        assert.ok(Buffer.concat(unpacked).equals(Buffer.concat(contents)));
      }),
      { numRuns: 60 },
    );
  });

  it('is refused by name where it is cut off, also within a later frame, its checksum included', async () => {
    const places = [4, 5, 9, 1000, whole.length >> 1, whole.length - 5, whole.length - 4, whole.length - 1];
    for (const at of places) {
      await refused(whole.subarray(0, at), /the zstd stream is cut off/);
      await refused(Buffer.concat([whole, whole.subarray(0, at)]), /the zstd stream is cut off/);
    }
  });

  it('is refused by name where one bit of it has changed', async () => {
    const reasons = /the zstd stream is (damaged: |cut off|followed by something else)/;
    for (let at = 12; at < whole.length; at += Math.ceil(whole.length / 60)) {
      const damaged = Buffer.from(whole);
      damaged[at]! ^= 1 << (at % 8);
      await refused(damaged, reasons);
    }
  });

  it('is refused by name where its contents have another checksum', async () => {
    const damaged = Buffer.from(whole);
    damaged[damaged.length - 1]! ^= 1;
    await refused(damaged, /the zstd stream is damaged: .*checksum/);
  });

  it('is refused by name where something else follows', async () => {
    await refused(Buffer.concat([whole, Buffer.from('more of it')]), /followed by something else/);
    await refused(Buffer.concat([whole, Buffer.alloc(64)]), /followed by something else/);
  });
});

async function* inChunks(bytes: Buffer, chunkBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}
