import type { SessionPhase } from '../../shared/market/calendar/session-calendar.js';
import type { MarketClock } from '../../shared/market/clock/market-clock.js';
import type { Alarms } from '../alarms/alarms.js';
import type { MarketHours } from '../market-hours.js';
import type { MarketFeed } from './market-feed.js';

export interface SilenceWatchDeps {
  readonly feed: Pick<MarketFeed, 'depthOwedSinceMs' | 'marketData' | 'renew'>;
  readonly alarms: Pick<Alarms, 'raise' | 'clear'>;
  readonly clock: Pick<MarketClock, 'nowMs'>;
  readonly hours: Pick<MarketHours, 'phase'>;
  /** There is a reconciled connection. */
  readonly isReady: () => boolean;
  /** Without depth for this long the feed counts as silent, monotonic ms. */
  readonly silentFeedMs: number;
}

const NOTHING_TRADES: ReadonlySet<SessionPhase> = new Set(['closed', 'maintenance', 'pause']);

/**
 * A subscription can die with nobody saying so. While the exchange is open depth comes all the time: where it does not,
 * a person is told, and the feed is subscribed to anew, again each time that nothing comes of it. Trades may be rare.
 */
export class SilenceWatch {
  /** Since when depth may be expected without a break, monotonic ms; null while it may not. */
  private expectedSinceMs: number | null = null;

  constructor(private readonly deps: SilenceWatchDeps) {}

  /** To be called as time passes. @param nowMs monotonic */
  look(nowMs: number): void {
    const { feed, alarms, clock, hours, isReady, silentFeedMs } = this.deps;
    const owedSinceMs = feed.depthOwedSinceMs;
    if (owedSinceMs === null || !isReady() || NOTHING_TRADES.has(hours.phase(clock.nowMs()))) {
      this.expectedSinceMs = null;
      return;
    }
    this.expectedSinceMs ??= nowMs;
    const silentMs = nowMs - Math.max(owedSinceMs, this.expectedSinceMs);
    if (silentMs >= silentFeedMs) {
      alarms.raise(
        'FeedSilent',
        `no usable depth for ${Math.round(silentMs / 1000)} s in an open market: subscribed to anew`,
      );
      feed.renew();
    } else if (feed.marketData === 'depth') alarms.clear('FeedSilent');
  }
}
