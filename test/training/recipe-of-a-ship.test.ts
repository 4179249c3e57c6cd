import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ShipFolder } from '../../research/ship/ship-folder.js';
import { openPlan, storedPlan } from '../../research/ship/ship-plan.js';
import { GATE_METHOD } from '../../shared/config/gate-thresholds.js';
import { IMPROVED_RECIPES } from '../../shared/config/training.js';
import { loadConfig } from '../../shared/node/config/load-config.js';
import { shipInput } from '../../shared/orchestration/ship/messages.js';

const HEADER = '{"kind":"header","v":1,"instrument":"ESZ5","tickSize":0.25,"multiplier":50}';

describe('the plan of a ship', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-plan-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function planOf(recipe: 'base' | 'improved') {
    const depth = path.join(folder, 'book.jsonl');
    writeFileSync(depth, `${HEADER}\n`);
    const file = path.join(folder, 'settings.json');
    const settings = { training: { recipes: { base: { F2_dom: { eta: 0.3 } } } }, gate: { testRowsMin: 20 } };
    writeFileSync(file, JSON.stringify({ ...settings, input: { kind: 'files', depth: [depth], bars: [depth] } }));
    const config = loadConfig({ file, env: {} });
    return await openPlan(new ShipFolder(folder, `ship/${recipe}~0a1b2c3d`), config, shipInput.parse({ recipe }));
  }

  it('trains base as the settings say, and improved as the product does, whatever the settings say', async () => {
    const base = await planOf('base');
    assert.deepEqual([base.recipeName, base.recipes.F2_dom!.eta], ['base', 0.3]);
    const improved = await planOf('improved');
    assert.deepEqual([improved.recipeName, improved.recipes], ['improved', IMPROVED_RECIPES]);
  });

  it('judges by the thresholds of the settings and the method of the gate', async () => {
    const { thresholds } = await planOf('base');
    assert.equal(thresholds.testRowsMin, 20);
    for (const [name, value] of Object.entries(GATE_METHOD))
      assert.deepEqual(thresholds[name as keyof typeof GATE_METHOD], value, name);
  });

  it('is read where an earlier version wrote thresholds into it that the gate has no more, and refused with any other', async () => {
    const plan = await planOf('base');
    const planned = (thresholds: object) => ({ ...plan, thresholds: { ...plan.thresholds, ...thresholds } });
    const former = { logLossMargin: 0.005, pboWarn: 0.2, costMarginFamily: [0, 1], bootstrapSeed: 7 };
    assert.deepEqual(storedPlan.parse(planned(former)), plan);
    assert.ok(!storedPlan.safeParse(planned({ nonsense: 1 })).success);
  });
});
