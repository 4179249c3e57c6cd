import { F2_DOM } from '../../shared/model/heads/definitions/f2-dom.js';
import { BASE_RECIPE, type HeadDefinition } from '../../shared/model/heads/definitions/head-definition.js';
import { TICK_ML } from '../../shared/model/heads/definitions/tick-ml.js';
import { XGB_5M } from '../../shared/model/heads/definitions/xgb-5m.js';

/** A head that the product does not have: bars again, of another horizon. */
export const FOURTH = {
  spec: {
    name: 'Bars_30m',
    features: ['bar_return_1', 'bar_return_12', 'bar_range_ratio', 'bar_close_position', 'bar_volatility'],
    classes: 2,
    horizonMs: 1_800_000,
    flatTicks: 0,
    sampling: 'bar',
  },
  looksAt: 'the last hour of bars',
  rowsAre: 'labelled bars',
  needs: 'bars of several hours',
  recipes: { base: BASE_RECIPE, improved: BASE_RECIPE },
} as const satisfies HeadDefinition;

/** A table of heads: those of old releases, and one more. */
export const FOUR_HEADS: readonly HeadDefinition[] = [F2_DOM, XGB_5M, TICK_ML, FOURTH];
