import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SwapsLog } from '../../bridge/swap/swaps-log.js';
import { jsonLines } from './rig.js';
import { ToyBroker } from './toy-release.js';

const PROCESS = fileURLToPath(new URL('./swap-process.js', import.meta.url));

/** Starts a process that swaps, killed before its n-th change of a file. @returns whether it was killed */
function swapKilledBefore(n: number, broker: string): boolean {
  const { signal, status, stderr } = spawnSync(process.execPath, [PROCESS, broker, String(n)], { encoding: 'utf8' });
  if (signal === 'SIGKILL') return true;
  assert.equal(status, 0, stderr);
  return false;
}

describe('a swap that is killed', () => {
  it('happens once and is on record once, whatever the instruction it was killed at', async function () {
    // Two processes for each moment.
    this.timeout(300_000);
    let killedAt = 0;
    for (let n = 1; ; n++) {
      const broker = mkdtempSync(path.join(os.tmpdir(), 'believe-swap-'));
      const toys = new ToyBroker(broker);
      toys.arm(await toys.accept(1), 0);
      const wasKilled = swapKilledBefore(n, broker);
      const log = path.join(broker, 'swaps.jsonl');
      if (wasKilled) assert.equal(swapKilledBefore(0, broker), false);
      assert.equal(jsonLines(log).length, 1, `killed before file operation ${n}`);
      assert.equal(SwapsLog.open(log).newestSwapped?.modelVersion, 1);
      assert.ok(!existsSync(path.join(broker, 'armed', 'swap.json')));
      assert.ok(!existsSync(path.join(broker, 'armed', 'swap.taken.json')));
      rmSync(broker, { recursive: true });
      if (!wasKilled) break;
      killedAt = n;
    }
    assert.ok(killedAt >= 8, `only ${killedAt} moments were tried`);
  });
});
