import { BARS_KEPT, type BarHistory } from './bar-history.js';
import type { FeatureDefinition } from './feature-definition.js';

const BAR_FRESH = { of: 'bar', maxAgeMs: 600_000 } as const;
const MOMENTUM = 'Gao, Han, Li, Zhou: Market Intraday Momentum (2018)';
const RANGE = 'Parkinson: The Extreme Value Method for Estimating the Variance of the Rate of Return (1980), the range';
const BASIS_POINTS = 10_000;
const LOOKBACK = BARS_KEPT - 1;

/** Features of the last five-minute bars. Bar 0 is the newest that has closed; c close, h high, l low, v volume. */
export const BAR_FEATURES: readonly FeatureDefinition[] = [
  ...[1, 3, 6, 12].map((bars) => ({
    ...bar(`bar_return_${bars}`, `(c_0 / c_${bars} - 1) * 10^4`, MOMENTUM, 'basis points', bars + 1),
    value: ({ bars: history }: { bars: BarHistory }) => returnOver(history, 0, bars),
  })),
  {
    ...bar('bar_range', '(h_0 - l_0) / c_0 * 10^4', RANGE, 'basis points', 1),
    value: ({ bars }) => (BASIS_POINTS * (bars.high[0]! - bars.low[0]!)) / bars.close[0]!,
  },
  {
    ...bar(
      'bar_range_ratio',
      '(h_0 - l_0) / mean of (h_i - l_i), i = 1..12; 1 where that is 0',
      RANGE,
      'ratio',
      BARS_KEPT,
    ),
    value: ({ bars }) => {
      let total = 0;
      for (let i = 1; i <= LOOKBACK; i++) total += bars.high[i]! - bars.low[i]!;
      return total === 0 ? 1 : (LOOKBACK * (bars.high[0]! - bars.low[0]!)) / total;
    },
  },
  {
    ...bar(
      'bar_close_position',
      '(2 c_0 - h_0 - l_0) / (h_0 - l_0); 0 where h_0 = l_0',
      'Lane: the stochastic oscillator (1984), of one bar, centred',
      'ratio, -1 to 1',
      1,
    ),
    value: ({ bars }) => {
      const range = bars.high[0]! - bars.low[0]!;
      return range === 0 ? 0 : (2 * bars.close[0]! - bars.high[0]! - bars.low[0]!) / range;
    },
  },
  {
    ...bar(
      'bar_volume_ratio',
      'v_0 / mean of v_i, i = 1..12; 1 where that is 0; NaN where a volume is missing',
      'Karpoff: The Relation Between Price Changes and Trading Volume (1987)',
      'ratio',
      BARS_KEPT,
    ),
    value: ({ bars }) => {
      let total = 0;
      for (let i = 1; i <= LOOKBACK; i++) total += bars.volume[i]!;
      return total === 0 ? 1 : (LOOKBACK * bars.volume[0]!) / total;
    },
  },
  {
    ...bar(
      'bar_volatility',
      'square root of the mean of r_i^2, i = 0..11, r_i = (c_i / c_{i+1} - 1) * 10^4',
      'realised volatility of 5-minute returns: Andersen, Bollerslev (1998)',
      'basis points',
      BARS_KEPT,
    ),
    value: ({ bars }) => volatility(bars),
  },
  {
    ...bar(
      'bar_momentum',
      'bar_return_12 / (bar_volatility * square root of 12); 0 without volatility',
      MOMENTUM,
      'standard deviations',
      BARS_KEPT,
    ),
    value: ({ bars }) => {
      const scale = volatility(bars) * Math.sqrt(LOOKBACK);
      return scale === 0 ? 0 : returnOver(bars, 0, LOOKBACK) / scale;
    },
  },
  {
    ...bar(
      'bar_minutes_since_open',
      'end of bar 0 - RTH open of its trade date; NaN without RTH',
      'time of day: Admati, Pfleiderer: A Theory of Intraday Patterns (1988)',
      'min',
      1,
    ),
    value: ({ bars, session }) => session.secondsSinceOpen(bars.closeMs) / 60,
  },
];

function bar(name: string, formula: string, source: string, unit: string, bars: number) {
  return { name, family: 'bar', formula, source, unit, warmUp: { bars }, staleness: BAR_FRESH } as const;
}

function returnOver(bars: BarHistory, newest: number, count: number): number {
  const before = bars.close[newest + count]!;
  return (BASIS_POINTS * (bars.close[newest]! - before)) / before;
}

function volatility(bars: BarHistory): number {
  let squares = 0;
  for (let i = 0; i < LOOKBACK; i++) {
    const change = returnOver(bars, i, 1);
    squares += change * change;
  }
  return Math.sqrt(squares / LOOKBACK);
}
