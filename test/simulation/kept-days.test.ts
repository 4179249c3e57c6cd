import '../../simulation/world/install.js';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runDay } from '../../simulation/day/run-day.js';
import { parseKeptDays } from '../../simulation/run/kept-day.js';

const days = parseKeptDays(readFileSync(path.resolve('test/simulation/seeds.json'), 'utf8'));

describe('a day that broke an invariant once', function () {
  this.timeout(60_000);

  it('is kept', () => assert.ok(days.length > 0));

  for (const { plan, invariant, found } of days)
    it(`breaks none any more: ${found} (seed ${plan.seed}, ${invariant})`, async () => {
      const { violation, events } = await runDay(plan);
      assert.equal(violation, null);
      assert.ok(events > 500, 'it is played');
    });
});
