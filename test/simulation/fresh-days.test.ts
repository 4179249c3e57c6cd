import '../../simulation/world/install.js';
import assert from 'node:assert/strict';
import { runDay } from '../../simulation/day/run-day.js';
import { drawPlan } from '../../simulation/plan/draw-plan.js';

const DAYS = 30;
const DAY_MS = 86_400_000;

/** `SIMULATION_FROM` names another slice; without it every day has its own. */
const from = Number(process.env.SIMULATION_FROM ?? Math.floor(Date.now() / DAY_MS) * 1000);

describe('days that nobody has seen before', function () {
  this.timeout(5 * 60_000);

  it(`break no invariant: ${DAYS} of them from seed ${from} on`, async () => {
    const broken: string[] = [];
    for (let seed = from; seed < from + DAYS; seed++) {
      const { violation } = await runDay(drawPlan(seed));
      if (violation)
        broken.push(`npm run simulate -- --seed ${seed} --shrink --trace: ${violation.invariant}: ${violation.what}`);
    }
    assert.deepEqual(broken, []);
  });
});
