import type { SessionPhase } from '../../shared/market/calendar/session-calendar.js';
import { BAR_FEATURES } from '../../shared/market/features/bar-features.js';
import { BARS_KEPT } from '../../shared/market/features/bar-history.js';
import type { MarketState } from '../../shared/market/features/market-state.js';

export interface Regime {
  readonly sessionPhase: SessionPhase;
  /** Tercile of the last hour's volatility among the days before; null until enough bars are known. */
  readonly volatility: 'low' | 'middle' | 'high' | null;
  /** Of the last hour; null until thirteen bars are known. */
  readonly trend: 'up' | 'flat' | 'down' | null;
  /** Standard deviation of five-minute returns over the last hour, basis points. */
  readonly volatilityBasisPoints: number | null;
}

/** Five Globex days of five-minute bars. */
const BARS_REMEMBERED = 5 * 276;
/** Half a day: terciles of less say little. */
const BARS_NEEDED = 138;
/** A tercile is left only when its bound is passed by this share. */
const HYSTERESIS = 0.1;
/** In standard deviations of the hour's return: a trend begins above the first and ends below the second. */
const TREND = { begins: 1, ends: 0.5 } as const;

const volatilityOf = feature('bar_volatility');
const momentumOf = feature('bar_momentum');

/** What kind of market it is. Causal: a bar is judged by the bars before it, and with hysteresis, so that it does not flicker. */
export class RegimeWatch {
  private readonly volatilities: number[] = [];
  private closeMs = Number.NEGATIVE_INFINITY;
  private volatilityBasisPoints: number | null = null;
  private tercile: number | null = null;
  private direction: -1 | 0 | 1 | null = null;

  /** To be called at least once for each bar. */
  observe(market: Readonly<MarketState>): void {
    const { bars } = market;
    if (bars.closeMs <= this.closeMs || bars.count < BARS_KEPT) return;
    this.closeMs = bars.closeMs;
    const volatility = volatilityOf(market);
    this.judgeVolatility(volatility);
    this.judgeTrend(momentumOf(market));
    this.volatilityBasisPoints = volatility;
    this.volatilities.push(volatility);
    if (this.volatilities.length > BARS_REMEMBERED) this.volatilities.shift();
  }

  regime(sessionPhase: SessionPhase): Regime {
    return {
      sessionPhase,
      volatility: this.tercile === null ? null : (['low', 'middle', 'high'] as const)[this.tercile]!,
      trend: this.direction === null ? null : (['down', 'flat', 'up'] as const)[this.direction + 1]!,
      volatilityBasisPoints: this.volatilityBasisPoints,
    };
  }

  private judgeVolatility(volatility: number): void {
    if (this.volatilities.length < BARS_NEEDED) return;
    const sorted = [...this.volatilities].sort((a, b) => a - b);
    const cuts = [sorted[Math.floor(sorted.length / 3)]!, sorted[Math.floor((2 * sorted.length) / 3)]!];
    const now = this.tercile;
    this.tercile = cuts.reduce((tercile, cut, i) => {
      const wasAbove = now !== null && now > i;
      const slack = now === null ? 1 : wasAbove ? 1 - HYSTERESIS : 1 + HYSTERESIS;
      return volatility > cut * slack ? i + 1 : tercile;
    }, 0);
  }

  private judgeTrend(momentum: number): void {
    const side = Math.sign(momentum) as -1 | 0 | 1;
    const strength = Math.abs(momentum);
    const goesOn = side !== 0 && side === this.direction && strength >= TREND.ends;
    this.direction = goesOn || strength > TREND.begins ? side : 0;
  }
}

function feature(name: string): (market: Readonly<MarketState>) => number {
  return BAR_FEATURES.find((definition) => definition.name === name)!.value;
}
