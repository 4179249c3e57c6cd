import '../../simulation/world/install.js';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runDay } from '../../simulation/day/run-day.js';
import { drawPlan } from '../../simulation/plan/draw-plan.js';

const SEEDS = [5, 7, 16, 30];
const main = fileURLToPath(new URL('../../simulation/main.js', import.meta.url));

describe('a seeded day', function () {
  this.timeout(120_000);

  it('is drawn the same from the same seed, and another from another', () => {
    assert.deepEqual(drawPlan(5), drawPlan(5));
    assert.notDeepEqual(drawPlan(5).setting, drawPlan(6).setting);
  });

  it('runs the same twice in one process, whatever ran before it', async () => {
    const first = [];
    for (const seed of SEEDS) first.push(await runDay(drawPlan(seed)));
    const again = [];
    for (const seed of [...SEEDS].reverse()) again.unshift(await runDay(drawPlan(seed)));
    assert.deepEqual(again, first);
    assert.equal(new Set(first.map(({ digest }) => digest)).size, SEEDS.length);
    assert.ok(
      first.every(({ orders }) => orders > 0),
      'every one of them trades',
    );
  });

  it('runs the same in two processes', async () => {
    const [seed] = SEEDS;
    const run = () =>
      promisify(execFile)(process.execPath, ['--no-warnings', main, '--seed', String(seed), '--trace']).catch(
        (error: { stdout: string }) => error,
      );
    const [one, other] = await Promise.all([run(), run()]);
    assert.ok(one.stdout.includes('sends order'));
    assert.equal(one.stdout, other.stdout);
  });

  it('is another one without one of its steps, and runs as well', async () => {
    const plan = drawPlan(16);
    const fewer = await runDay({ ...plan, steps: plan.steps.slice(1) });
    assert.notEqual(fewer.digest, (await runDay(plan)).digest);
  });
});
