import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gateStats } from '../../research/gate/gate-stats.js';
import { splitConfig, splitsOf } from '../../research/gate/split-config.js';
import { statsInput } from '../../research/gate/stats-input.js';
import { close } from './statistics/close.js';

interface Fold {
  readonly train: number[];
  readonly test: number[];
}

/** Made by others.py with scikit-learn and skfolio. */
interface Others {
  /** `folds` is null where the other refuses. */
  readonly splits: readonly { by: string; config: object; samples: number; folds: Fold[] | null }[];
  readonly scores: readonly ({ y: number[]; p: number[] | number[][] } & Record<Score, number>)[];
}
type Score = (typeof SCORES)[number];
const SCORES = ['logLoss', 'brier', 'auc', 'mcc', 'macroF1'] as const;

const others = JSON.parse(readFileSync(new URL('./others/others.json', import.meta.url), 'utf8')) as Others;

describe('what scikit-learn and skfolio say', () => {
  for (const by of new Set(others.splits.map((one) => one.by)))
    it(`is what gate splits says where no label reaches beyond its own moment: ${by}`, async () => {
      const cases = others.splits.filter((one) => one.by === by);
      assert.ok(cases.filter(({ folds }) => folds !== null).length >= 20);
      for (const { config, samples, folds } of cases) {
        const asked = splitConfig.parse({
          ...config,
          samples: Array.from({ length: samples }, (_, i) => ({ start: i, end: i })),
        });
        const what = `${JSON.stringify(config)} of ${samples}`;
        if (folds === null || folds.length === 0) {
          await assert.rejects(splitsOf(asked, '.'), /samples cannot make/, what);
          continue;
        }
        const own = (await splitsOf(asked, '.')).map(({ train, test }) => ({ train: [...train], test: [...test] }));
        assert.deepEqual(inOrder(own), inOrder(folds), what);
      }
    });

  it('is what gate stats says of forecasts', () => {
    for (const { y, p, ...expected } of others.scores) {
      const stats = gateStats(statsInput.parse({ y, p }));
      for (const score of SCORES) close(stats[score]!, expected[score], 1e-9);
    }
  });
});

/** Others list combinations of groups in another order. */
function inOrder(folds: readonly Fold[]): Fold[] {
  return [...folds].sort((a, b) => a.test.join().localeCompare(b.test.join()));
}
