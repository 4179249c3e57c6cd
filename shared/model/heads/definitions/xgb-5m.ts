import { BASE_RECIPE, CALMER_RECIPE, type HeadDefinition } from './head-definition.js';

export const XGB_5M = {
  spec: {
    name: 'XGB_5m',
    features: [
      'bar_return_1',
      'bar_return_3',
      'bar_return_6',
      'bar_return_12',
      'bar_range',
      'bar_range_ratio',
      'bar_close_position',
      'bar_volume_ratio',
      'bar_volatility',
      'bar_momentum',
      'bar_minutes_since_open',
    ],
    classes: 2,
    horizonMs: 900_000,
    flatTicks: 0,
  },
  looksAt: 'five-minute bars',
  rowsAre: 'labelled bars',
  needs: 'bars of several hours',
  recipes: { base: BASE_RECIPE, improved: { ...CALMER_RECIPE, maxDepth: 1 } },
} as const satisfies HeadDefinition;
