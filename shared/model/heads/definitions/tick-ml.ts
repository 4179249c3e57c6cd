import { everyWindow } from '../../../market/features/time-windows.js';
import { BASE_RECIPE, CALMER_RECIPE, type HeadDefinition } from './head-definition.js';

export const TICK_ML = {
  spec: {
    name: 'Tick_ML',
    features: [
      ...everyWindow('signed_volume'),
      ...everyWindow('volume'),
      ...everyWindow('trades'),
      ...everyWindow('trade_imbalance'),
      'vwap_minus_mid_10s',
      'vwap_minus_mid_60s',
      'volume_ratio_10s_60s',
      'last_trade_sign',
      'last_trade_size',
      'seconds_since_trade',
      'spread',
      'microprice_minus_mid',
      ...everyWindow('mid_change'),
      'realised_vol_10s',
      'realised_vol_30s',
      'realised_vol_60s',
      'seconds_since_open',
      'session_phase',
    ],
    classes: 3,
    horizonMs: 30_000,
    flatTicks: 0.5,
  },
  looksAt: 'the flow of trades',
  rowsAre: 'labelled trade data',
  needs: 'a book of several minutes with trades',
  recipes: { base: BASE_RECIPE, improved: { ...CALMER_RECIPE, rounds: 60, maxDepth: 2 } },
} as const satisfies HeadDefinition;
