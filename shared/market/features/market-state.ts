import { Book } from '../book/book.js';
import { BarHistory } from './bar-history.js';
import { SessionClock } from './session-clock.js';
import { TimeWindows } from './time-windows.js';

/** What the features are computed from. Times are ns after the engine's base unless the name says otherwise. */
export class MarketState {
  readonly book = new Book();
  readonly windows = new TimeWindows();
  readonly bars = new BarHistory();
  readonly session = new SessionClock();

  /** Time of the newest event. */
  nowNs = Number.NEGATIVE_INFINITY;
  /** Milliseconds since the epoch of the newest event or bar. */
  nowMs = Number.NEGATIVE_INFINITY;
  /** Time of the first consistent book since the stream began or was broken; NaN while there is none. */
  startNs = Number.NaN;
  /** False between a gap and the next reset: operations were lost, so levels may be wrong. */
  isBookTrusted = true;
  /** True where the last event left the book complete, trusted, sorted and uncrossed. */
  isSettled = false;

  // Best prices (ticks) and sizes (contracts) of the last settled book.
  bidTicks = 0;
  bidSize = 0;
  askTicks = 0;
  askSize = 0;
  /** bidTicks + askTicks: the mid in half ticks. */
  midHalfTicks = 0;

  lastDepthNs = Number.NEGATIVE_INFINITY;
  lastMidChangeNs = Number.NEGATIVE_INFINITY;
  lastTradeNs = Number.NEGATIVE_INFINITY;
  lastTradeSize = 0;
  /** 1 bought, -1 sold, 0 unknown. */
  lastTradeSign = 0;

  /** Forgets the stream (not the bars, which come from elsewhere): it was broken, or another one begins. */
  clearStream(): void {
    this.book.clear();
    this.windows.clear();
    this.startNs = Number.NaN;
    this.isSettled = false;
    this.lastMidChangeNs = Number.NEGATIVE_INFINITY;
    this.lastTradeNs = Number.NEGATIVE_INFINITY;
  }
}
