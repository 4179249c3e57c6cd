import type { RthSession } from '../../shared/market/calendar/session.js';
import { BAR_MS } from '../../shared/market/events/bar.js';
import type { BarBuilder } from './bar-builder.js';
import type { BarMomentum } from './bar-momentum.js';
import { VOLATILITY_TICKS_PER_ROOT_SECOND } from './price-process.js';
import type { RandomStream } from './random-stream.js';

const STEP_SECONDS = 30;
const CONTRACTS_PER_STEP = 470;

/** Continues a day's bars to the RTH close without a book. @returns the price at the close, ticks */
export function simulateBars(
  random: RandomStream,
  session: RthSession,
  fromMs: number,
  startTicks: number,
  builder: BarBuilder,
  momentum: BarMomentum,
): number {
  let priceTicks = startTicks;
  for (let timeMs = fromMs; timeMs < session.rthCloseMs; timeMs += STEP_SECONDS * 1000) {
    momentum.follow(builder.bars, timeMs);
    priceTicks +=
      (momentum.expectedReturnTicks * STEP_SECONDS * 1000) / BAR_MS +
      VOLATILITY_TICKS_PER_ROOT_SECOND * Math.sqrt(STEP_SECONDS) * random.normal();
    const volume = Math.round(CONTRACTS_PER_STEP * Math.exp(0.4 * random.normal()));
    builder.add(timeMs, Math.round(priceTicks), volume);
  }
  return priceTicks;
}
