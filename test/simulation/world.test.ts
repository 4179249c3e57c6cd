import '../../simulation/world/install.js';
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { inWorld } from './in-world.js';

describe('the virtual clock', () => {
  it('lets hours pass at once, and everything happens in its order', async () => {
    const told = await inWorld(async (tell, world) => {
      setTimeout(() => tell('timer 2 h'), 7_200_000);
      setTimeout(() => tell('timer 1 h'), 3_600_000);
      setImmediate(() => tell('immediate'));
      process.nextTick(() => tell('tick'));
      queueMicrotask(() => tell('microtask'));
      await sleep(3_600_001);
      tell(`slept ${world.nowMs}`);
      await sleep(7_200_000);
    });
    assert.deepEqual(told, ['tick', 'microtask', 'immediate', 'timer 1 h', 'slept 3600001', 'timer 2 h']);
  });

  it('is stepped without the monotonic clock', async () => {
    const told = await inWorld(async (tell, world) => {
      const [wall, monotonic] = [Date.now(), performance.now()];
      world.wallStepMs -= 3_600_000;
      tell(`${Date.now() - wall} ${Date.parse(new Date().toISOString()) - wall} ${performance.now() - monotonic}`);
    });
    assert.deepEqual(told, ['-3600000 -3600000 0']);
  });

  it('ends a wait that is given up', async () => {
    const told = await inWorld(async (tell) => {
      const giveUp = new AbortController();
      setTimeout(() => giveUp.abort(), 10);
      await sleep(1000, undefined, { signal: giveUp.signal }).catch((error: Error) => tell(error.name));
      tell(String(performance.now()));
    });
    assert.deepEqual(told, ['AbortError', '10']);
  });

  it('lets nothing happen any more that a killed process had waited for', async () => {
    const told = await inWorld(async (tell, world) => {
      const doomed = world.createOwner('doomed');
      world.as(doomed, () => {
        setTimeout(() => tell('never'), 10);
        void sleep(10).then(() => tell('never'));
      });
      await sleep(5);
      doomed.end(true);
      await sleep(100);
      tell('over');
    });
    assert.deepEqual(told, ['over']);
  });

  it('is not there outside of a world: builtins are the real ones', async () => {
    const before = Date.now();
    await sleep(2);
    assert.ok(Date.now() > before && before > Date.UTC(2025, 0));
  });
});
