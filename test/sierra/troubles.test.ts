import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { followOnce } from '../../broker/follow/follow-once.js';
import { SmallDisk } from '../bridge/small-disk.js';
import { FollowHome, kill } from './follow-home.js';
import { FollowRig } from './following.js';
import { scidHeader, tickBytes } from './hand-written.js';

const T0 = Date.UTC(2025, 7, 12, 14) * 1000;
const DATE = '2025-08-12';

describe('troubles of a follower that runs', function () {
  this.timeout(120_000);
  let folder: string;
  let child: ChildProcess | null = null;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'believe-follow-'));
  });
  afterEach(async () => {
    if (child) await kill(child);
    child = null;
    rmSync(folder, { recursive: true, force: true });
  });

  const ticks = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) =>
      tickBytes({ us: T0 + (from + i) * 1000, price: 640_000, size: from + i + 1 }),
    );
  const settings = { holdSeconds: 0.1, lookMs: 50 };

  async function until(home: FollowHome, said: RegExp, code: number): Promise<void> {
    for (;;) {
      const status = home.status();
      if (said.test(status.said) && status.code === code) return;
      await pause(100);
    }
  }

  it('are said by `believe sierra status`, and it goes on when they are mended: nothing there, another kind of file, a folder in its place', async () => {
    const home = new FollowHome(folder, settings, T0);
    const { rig } = home;
    renameSync(rig.dataFolder, `${rig.dataFolder}.away`);
    child = home.start();
    await until(home, /not there: .*ESU5_FUT_CME\.scid, depth/, 0);
    renameSync(`${rig.dataFolder}.away`, rig.dataFolder);
    writeFileSync(rig.scid, Buffer.alloc(4096, 'x'));
    await until(home, /cannot follow: .*ESU5_FUT_CME\.scid.*does not begin with SCID/, 1);
    writeFileSync(rig.scid, Buffer.concat([scidHeader(), ...ticks(0, 10)]));
    await until(home, /^10 trades/m, 0);
    mkdirSync(rig.depth(DATE));
    await until(home, /cannot follow: .*2025-08-12\.depth: is not a plain file/, 1);
    rmSync(rig.depth(DATE), { recursive: true });
    appendFileSync(rig.scid, Buffer.concat(ticks(10, 20)));
    await until(home, /^20 trades/m, 0);
    assert.equal(child.exitCode, null);
    assert.match(home.once().said, /FollowBusy|followed into already/);
    await kill(child);
    const { trades } = await rig.endOf();
    assert.deepEqual(
      trades.map(({ size }) => size),
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
  });

  it('are none where two follow into one home: the second is refused', async () => {
    const rig = new FollowRig(folder);
    writeFileSync(rig.scid, Buffer.concat([scidHeader(), ...ticks(0, 10)]));
    const both = await Promise.allSettled([followOnce(rig.options()), followOnce(rig.options())]);
    const refused = both.filter((one) => one.status === 'rejected');
    assert.deepEqual(
      refused.map(({ reason }) => reason.name),
      ['FollowBusy'],
    );
  });

  it('cost nothing where the disk is full for a while', async function () {
    // Mounting a small file system is root's.
    if (process.getuid?.() !== 0) return this.skip();
    const home = new FollowHome(folder, settings, T0);
    const { rig } = home;
    mkdirSync(rig.folder, { recursive: true });
    const disk = SmallDisk.mount(rig.folder, 8);
    try {
      writeFileSync(rig.scid, Buffer.concat([scidHeader(), ...ticks(0, 10_000)]));
      child = home.start();
      await until(home, /^10000 trades/m, 0);
      disk.fill();
      let said = '';
      child.stderr!.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
      for (let from = 10_000; from < 20_000; from += 1000)
        appendFileSync(rig.scid, Buffer.concat(ticks(from, from + 1000)));
      while (!/cannot follow, and tries again: ENOSPC/.test(said)) await pause(50);
      disk.makeRoom();
      await until(home, /newest event 2025-08-12T14:00:19\.999Z/, 0);
      await kill(child);
      const { trades } = await rig.endOf();
      assert.deepEqual(
        trades.map(({ size }) => size),
        Array.from({ length: 20_000 }, (_, i) => i + 1),
      );
    } finally {
      if (child) await kill(child);
      disk.unmount();
    }
  });
});
