import { BASE_RECIPE, type HeadDefinition } from '../../shared/model/heads/definitions/head-definition.js';
import { HEADS } from '../../shared/model/heads/head-specs.js';

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

/** The product's table of heads with one more. */
export const FOUR_HEADS: readonly HeadDefinition[] = [...HEADS, FOURTH];
