import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Rig } from '../bridge/rig.js';

describe('attack: a release goes bad between arming and the open', () => {
  let rig: Rig;
  afterEach(() => rig.end());

  /** v1 trades; v2 is loaded and ready, and waits. */
  async function untilReady(lifetimeMs?: number) {
    rig = await Rig.start();
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    await rig.until('v1', ({ modelVersion }) => modelVersion === 1);
    const v2 = await rig.toys.accept(2, lifetimeMs === undefined ? {} : { lifetimeMs });
    rig.toys.arm(v2, rig.clock.nowMs() + 240_000);
    await sleep(5000);
    assert.equal(rig.swaps().length, 1);
    return v2;
  }

  async function refused(reason: RegExp): Promise<void> {
    await rig.until('refused', () => rig.swaps().length === 2);
    assert.match(rig.swaps()[1]?.reason ?? '', reason);
    const before = rig.status()?.decisions ?? 0;
    await rig.until('v1 decides on', ({ decisions, modelVersion }) => modelVersion === 1 && decisions > before + 3);
    for (const name of ['swap.json', 'swap.taken.json'])
      assert.ok(!existsSync(path.join(rig.broker, 'armed', name)), `${name} is gone`);
  }

  it('is refused at the switch where it has expired', async () => {
    await untilReady(9000);
    await refused(/ReleaseRefused: .*expired/);
  });

  it('is refused at the switch where its key was taken away', async () => {
    await untilReady();
    rig.toys.revokeReleaseKey();
    await refused(/ReleaseRefused: .*signature/);
  });

  it('is refused at the switch where it was given up', async () => {
    const v2 = await untilReady();
    rig.toys.giveUp(v2);
    await refused(/ReleaseRefused: .*gave this release up/);
  });

  it('is refused at the switch where a newer one was verified meanwhile', async () => {
    await untilReady();
    await rig.toys.accept(3);
    await refused(/ReleaseRefused: .*rollback/);
  });
});
