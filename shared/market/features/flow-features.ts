import type { FeatureDefinition } from './feature-definition.js';
import type { MarketState } from './market-state.js';
import { Flow, WINDOW_SECONDS, type WindowSeconds, windowIndex } from './time-windows.js';

const LEE_READY =
  'Lee, Ready: Inferring Trade Direction from Intraday Data (1991), the quote test, where the feed names no aggressor';
const ORDER_IMBALANCE = 'Chordia, Subrahmanyam: Order Imbalance and Individual Stock Returns (2004)';

/** Features of the trades. v: contracts; s: +1 bought, -1 sold, by aggressor. */
export const FLOW_FEATURES: readonly FeatureDefinition[] = [
  ...WINDOW_SECONDS.flatMap((seconds) => windowed(seconds)),
  {
    ...flow(
      'volume_ratio_10s_60s',
      6 * 10,
      'volume of 10 s times 6 / volume of 60 s; 1 without volume',
      'activity against its recent mean',
      'ratio',
    ),
    value: ({ windows }) => {
      const volume = windows.sum(Flow.volume, windowIndex(60));
      return volume === 0 ? 1 : (6 * windows.sum(Flow.volume, windowIndex(10))) / volume;
    },
  },
  {
    ...single('last_trade_sign', 's of the last trade', LEE_READY, 'sign'),
    value: (state) => state.lastTradeSign,
  },
  {
    ...single('last_trade_size', 'v of the last trade', 'definition', 'contracts'),
    value: (state) => state.lastTradeSize,
  },
  {
    ...single(
      'seconds_since_trade',
      't - time of the last trade',
      'Engle, Russell: Autoregressive Conditional Duration (1998)',
      's',
    ),
    value: (state) => (state.nowNs - state.lastTradeNs) / 1e9,
  },
];

function windowed(seconds: WindowSeconds): FeatureDefinition[] {
  const window = windowIndex(seconds);
  return [
    {
      ...flow(`signed_volume_${seconds}s`, seconds, `sum of s v over ${seconds} s`, LEE_READY, 'contracts'),
      value: ({ windows }) => windows.sum(Flow.signedVolume, window),
    },
    {
      ...flow(`volume_${seconds}s`, seconds, `sum of v over ${seconds} s`, 'definition', 'contracts'),
      value: ({ windows }) => windows.sum(Flow.volume, window),
    },
    {
      ...flow(`trades_${seconds}s`, seconds, `number of trades in ${seconds} s`, 'definition', 'count'),
      value: ({ windows }) => windows.sum(Flow.trades, window),
    },
    {
      ...flow(
        `trade_imbalance_${seconds}s`,
        seconds,
        `sum of s v / sum of v over ${seconds} s; 0 without trades`,
        ORDER_IMBALANCE,
        'ratio, -1 to 1',
      ),
      value: ({ windows }) => {
        const volume = windows.sum(Flow.volume, window);
        return volume === 0 ? 0 : windows.sum(Flow.signedVolume, window) / volume;
      },
    },
    {
      ...flow(
        `vwap_minus_mid_${seconds}s`,
        seconds,
        `sum of p v / sum of v over ${seconds} s - mid; 0 without trades`,
        'Berkowitz, Logue, Noser: The Total Cost of Transactions on the NYSE (1988), the VWAP',
        'ticks',
      ),
      value: (state) => vwapMinusMid(state, window),
    },
  ];
}

function vwapMinusMid({ windows, midHalfTicks }: MarketState, window: ReturnType<typeof windowIndex>): number {
  const volume = windows.sum(Flow.volume, window);
  if (volume === 0) return 0;
  // One division of whole numbers, so that nothing is lost where vwap and mid nearly cancel.
  return (2 * windows.sum(Flow.priceVolume, window) - midHalfTicks * volume) / (2 * volume);
}

function flow(name: string, seconds: number, formula: string, source: string, unit: string) {
  const warmUp = { bookLevels: 1, windowMs: seconds * 1000 };
  return { name, family: 'flow', formula, source, unit, warmUp, staleness: null } as const;
}

function single(name: string, formula: string, source: string, unit: string) {
  return { name, family: 'flow', formula, source, unit, warmUp: { trades: 1 }, staleness: null } as const;
}
