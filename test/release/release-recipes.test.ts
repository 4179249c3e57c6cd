import assert from 'node:assert/strict';
import { buildRelease } from '../../research/release/build-release.js';
import { recipesOf } from '../../research/ship/live-release.js';
import { BASE_RECIPE } from '../../shared/model/heads/definitions/head-definition.js';
import { HEAD_NAMES } from '../../shared/model/heads/head-specs.js';
import { FILES, factsOf, NOW_MS, temporaryFolder } from './release-fixture.js';

const FOUR = [...HEAD_NAMES, 'Bars_30m'];

describe('the recipes of a release', () => {
  const folder = temporaryFolder();
  const build = async (releaseId: string, heads: readonly string[], recipes: readonly string[]) => {
    const files = new Map(FILES);
    for (const head of heads) files.set(`heads/${head}.onnx`, Buffer.from(head));
    const all = Object.fromEntries(recipes.map((head, at) => [head, { ...BASE_RECIPE, seed: at }]));
    files.set('recipes.json', Buffer.from(JSON.stringify({ v: 1, recipes: all })));
    const { predicate } = await buildRelease(folder(), factsOf(releaseId), files, NOW_MS);
    return predicate.modelVersion;
  };

  it('are those of its own heads, of fewer or more than are trained now', async () => {
    for (const heads of [['F2_dom'], HEAD_NAMES, FOUR]) {
      const recipes = await recipesOf(folder(), await build(`ship/${heads.length}`, heads, heads));
      assert.deepEqual(Object.keys(recipes), heads);
      assert.equal(recipes[heads.at(-1)!]!.seed, heads.length - 1);
    }
  });

  it('are refused where a head has none: it would be taken for one that the release never had', async () => {
    for (const [heads, recipes] of [
      [FOUR, HEAD_NAMES],
      [HEAD_NAMES, FOUR],
    ] as const) {
      const version = await build(`ship/of ${heads.length}`, heads, recipes);
      await assert.rejects(recipesOf(folder(), version), { type: 'BadInput', message: /recipes\.json.*Bars_30m/ });
    }
  });
});
