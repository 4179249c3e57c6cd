import { WINDOW_SECONDS } from '../../market/features/time-windows.js';
import type { HeadName, HeadSpec } from './head.js';

/** What starts a new sample of a head. */
export type Sampling = 'second' | 'bar';

/** When each head is sampled: at whole seconds of market time, or where a five-minute bar closes. */
export const HEAD_SAMPLING: Readonly<Record<HeadName, Sampling>> = {
  F2_dom: 'second',
  XGB_5m: 'bar',
  Tick_ML: 'second',
};

const everyWindow = (name: string) => WINDOW_SECONDS.map((seconds) => `${name}_${seconds}s`);

/** The heads that training builds now. A release carries its own copy, which is what the bridge runs. */
export const HEAD_SPECS: Readonly<Record<HeadName, HeadSpec>> = {
  F2_dom: {
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
  XGB_5m: {
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
  Tick_ML: {
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
};
