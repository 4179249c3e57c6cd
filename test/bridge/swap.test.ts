import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Rig } from './rig.js';

describe('hot swap', () => {
  let rig: Rig;
  afterEach(() => rig.end());

  it('puts an armed release in use at the open, between two events, and decides with it', async () => {
    rig = await Rig.start();
    await rig.startBridge();
    const v1 = await rig.toys.accept(1);
    await rig.until('connected', ({ connection }) => connection === 'ready');
    rig.toys.arm(v1, rig.clock.nowMs() + 10_000);
    const status = await rig.until('decisions with v1', ({ decisions }) => decisions > 5);
    assert.equal(status.modelVersion, 1);
    assert.equal(status.trading, 'armed');
    const [line, ...more] = rig.swaps();
    assert.equal(more.length, 0);
    assert.equal(line?.outcome, 'swapped');
    assert.equal(line?.goldenRowsChecked, 3);
    assert.ok(!existsSync(path.join(rig.broker, 'armed', 'swap.json')));
  });
});
