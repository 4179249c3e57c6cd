import { everyWindow } from '../../../market/features/time-windows.js';
import { BASE_RECIPE, CALMER_RECIPE, type HeadDefinition } from './head-definition.js';

export const F2_DOM = {
  spec: {
    name: 'F2_dom',
    features: [
      'spread',
      'microprice_minus_mid',
      ...[1, 2, 3, 4, 5].map((level) => `imbalance_${level}`),
      'imbalance_top5',
      'imbalance_top10',
      'queue_bid',
      'queue_ask',
      'depth_bid',
      'depth_ask',
      'slope_bid',
      'slope_ask',
      ...everyWindow('ofi'),
      ...everyWindow('mid_change'),
      'realised_vol_10s',
      'realised_vol_60s',
      'mid_changes_10s',
      'book_events_1s',
      'book_events_10s',
      'seconds_since_mid_change',
      'signed_volume_1s',
      'signed_volume_10s',
      'seconds_since_open',
    ],
    classes: 3,
    horizonMs: 10_000,
    flatTicks: 0.5,
  },
  looksAt: 'the ten-level book',
  rowsAre: 'labelled book data',
  needs: 'a book of several minutes with trades',
  recipes: { base: BASE_RECIPE, improved: { ...CALMER_RECIPE, rounds: 100, eta: 0.06 } },
} as const satisfies HeadDefinition;
