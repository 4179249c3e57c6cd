import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FollowRig } from './following.js';
import { depthBytes, depthHeader, type HandTick, scidHeader, snapshotBytes, tickBytes } from './hand-written.js';

const T0 = Date.UTC(2025, 7, 12, 14) * 1000;
const DATE = '2025-08-12';
const NOW = async () => {};
/** A trade of its own each: nothing twice and nothing lost is seen by its size. */
const ticks = (count: number): HandTick[] =>
  Array.from({ length: count }, (_, i) => ({
    ...{ us: T0 + Math.floor(i / 3) * 1000 + (i % 3), price: 640_000 + 25 * (i % 7), size: i + 1 },
    isSell: i % 2 === 0,
  }));
const scid = (all: readonly HandTick[]) => Buffer.concat([scidHeader(), ...all.map(tickBytes)]);
const sizesTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

/** How a program puts a file in the place of another one. */
const WAYS: Readonly<Record<string, (file: string, bytes: Buffer) => void>> = {
  'under another inode': (file, bytes) => {
    writeFileSync(`${file}.new`, bytes);
    renameSync(`${file}.new`, file);
  },
  'in place': (file, bytes) => writeFileSync(file, bytes),
};

describe('files that Sierra Chart writes anew', function () {
  this.timeout(60_000);
  let folder: string;
  let rig: FollowRig;
  let nowMs: number;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'believe-follow-'));
    rig = new FollowRig(folder);
    nowMs = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const followed = async (changes = {}) => {
    const follower = rig.follower(changes, () => nowMs);
    await looks(follower);
    return follower;
  };
  const looks = async (follower: { look: (turn: () => Promise<void>) => Promise<unknown> }) => {
    for (let i = 0; i < 3; i++, nowMs += 4000) await follower.look(NOW);
  };
  const sizesAfter = async (follower: Awaited<ReturnType<typeof followed>> | null = null) =>
    (await rig.endOf(follower)).trades.map(({ size }) => size);

  for (const [way, replace] of Object.entries(WAYS)) {
    it(`are followed on behind what was followed, where they hold it and more: ${way}`, async () => {
      writeFileSync(rig.scid, scid(ticks(200)));
      const follower = await followed();
      replace(rig.scid, scid(ticks(230)));
      await looks(follower);
      assert.deepEqual(await sizesAfter(follower), sizesTo(230));
    });

    for (const [what, move] of [
      ['later microseconds', (us: number, i: number) => us + 300 + (i % 5)],
      ['earlier microseconds', (us: number, i: number) => us - 700 + (i % 5)],
      ['whole milliseconds', (us: number) => us - (us % 1000)],
    ] as const)
      it(`with ${what} are followed on behind the same trade: ${way}`, async () => {
        const moved = ticks(230).map((tick, i) => ({ ...tick, us: move(tick.us, i) }));
        for (const followedBefore of [200, 201, 202]) {
          rig = new FollowRig(path.join(folder, String(followedBefore)));
          writeFileSync(rig.scid, scid(ticks(followedBefore)));
          const follower = await followed();
          replace(rig.scid, scid(moved));
          await looks(follower);
          assert.deepEqual(await sizesAfter(follower), sizesTo(230));
          assert.match(rig.gapReasons().join(), /ESU5_FUT_CME\.scid was written anew/);
        }
      });

    it(`while they are read are found out: ${way}`, async () => {
      const all = ticks(130_000);
      const moved = all.map((tick) => ({ ...tick, us: tick.us + 200 }));
      writeFileSync(rig.scid, scid(all.slice(0, 120_000)));
      let turns = 0;
      const follower = rig.follower({ sizeBytesMax: 2 ** 30 }, () => nowMs);
      const before = scid([...moved.slice(0, 5000), ...moved.slice(30_000)]);
      await follower.look(async () => {
        if (turns++ === 0) replace(rig.scid, before);
      });
      await looks(follower);
      replace(rig.scid, scid(moved));
      await looks(follower);
      assert.deepEqual(await sizesAfter(follower), sizesTo(130_000));
    });
  }

  it('piece by piece, from nothing on, are waited for until they reach what was followed', async () => {
    const moved = scid(ticks(260).map((tick) => ({ ...tick, us: tick.us + 400 })));
    writeFileSync(rig.scid, scid(ticks(200)));
    let follower = await followed();
    writeFileSync(rig.scid, '');
    for (let at = 0; at < moved.length; at += 997) {
      appendFileSync(rig.scid, moved.subarray(at, at + 997));
      await follower.look(NOW);
      nowMs += 500;
      if (at % 3 === 0) {
        follower.abandon();
        follower = rig.follower({}, () => nowMs);
      }
    }
    assert.deepEqual(await sizesAfter(follower), sizesTo(260));
  });

  it('shorter, and grow again later, give what comes behind what was followed', async () => {
    for (const left of [0, 1, 30, 55, 56, 57, 56 + 40 * 150, 56 + 40 * 199 + 7]) {
      rig = new FollowRig(path.join(folder, String(left)));
      const bytes = scid(ticks(230));
      writeFileSync(rig.scid, scid(ticks(200)));
      const follower = await followed();
      truncateSync(rig.scid, left);
      await looks(follower);
      appendFileSync(rig.scid, bytes.subarray(left, 56 + 40 * 210));
      await looks(follower);
      appendFileSync(rig.scid, bytes.subarray(56 + 40 * 210));
      assert.deepEqual(await sizesAfter(follower), sizesTo(230), `cut at ${left}`);
    }
  });

  it('without what was followed last go on behind its time', async () => {
    writeFileSync(rig.scid, scid(ticks(200)));
    const follower = await followed();
    const other = ticks(230).filter((_, i) => i < 190 || i >= 200);
    writeFileSync(rig.scid, scid(other));
    await looks(follower);
    assert.deepEqual(await sizesAfter(follower), sizesTo(230));
  });

  it('are gone, and come back, with and without more', async () => {
    writeFileSync(rig.scid, scid(ticks(200)));
    const follower = await followed();
    rmSync(rig.scid);
    assert.deepEqual((await follower.look(NOW)).missing, [rig.scid, 'depth']);
    writeFileSync(rig.scid, scid(ticks(200)));
    await looks(follower);
    rmSync(rig.scid);
    await looks(follower);
    writeFileSync(rig.scid, scid(ticks(230)));
    assert.deepEqual(await sizesAfter(follower), sizesTo(230));
    assert.deepEqual(rig.gapReasons(), [], 'nothing is missing');
  });

  describe('of depth', () => {
    const change = (at: number, shiftUs = 0) =>
      depthBytes({ us: T0 + at * 1000 + shiftUs, command: 4, price: 639_975, size: 1000 + at });
    const depth = (changes: number, shiftUs = 0) =>
      Buffer.concat([
        depthHeader(),
        snapshotBytes(T0 + shiftUs, 640_000),
        ...Array.from({ length: changes }, (_, i) => change(i + 1, shiftUs)),
      ]);

    it('say nothing of what the book was before, and go on with the book that is', async () => {
      for (const shiftUs of [0, 300, -300]) {
        rig = new FollowRig(path.join(folder, String(shiftUs)));
        writeFileSync(rig.depth(DATE), depth(200));
        const follower = await followed();
        writeFileSync(rig.depth(DATE), '');
        const bytes = Buffer.concat([depth(260, 7 + shiftUs)]);
        for (let at = 0; at < bytes.length; at += 499) {
          appendFileSync(rig.depth(DATE), bytes.subarray(at, at + 499));
          await follower.look(NOW);
          nowMs += 500;
        }
        const { books, resets, endLevels } = await rig.endOf(follower);
        const sizes = books.map(({ levels }) => levels[1]?.[0]?.[1] ?? 0);
        assert.equal(endLevels[1]![0]![1], 1260);
        const [before, after] = [sizes.slice(0, resets.at(-1)), sizes.slice(resets.at(-1))];
        assert.equal(before.at(-1), 1200);
        assert.ok(
          after.every((size) => size >= 1200),
          `${after.slice(0, 3)}`,
        );
        assert.ok(after.length >= 60);
      }
    });

    it('tell the book at once where they hold no more than was followed', async () => {
      writeFileSync(rig.depth(DATE), depth(200));
      const follower = await followed();
      writeFileSync(rig.depth(DATE), depth(200).fill(1, 64 + 10, 64 + 12));
      await looks(follower);
      const { endLevels } = await rig.endOf(follower);
      assert.equal(endLevels[1]![0]![1], 1200);
    });
  });
});
