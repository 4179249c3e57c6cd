import { Failure } from '../failure.js';
import { createMarketClock, type MarketClock } from '../market/clock/market-clock.js';
import { readClockSpec } from './clock-spec-file.js';

/** Read at each use: the supervisor writes it before it starts the workers, and a new home has a new one. */
export function sharedClock(clockFile: string): MarketClock {
  const spec = readClockSpec(clockFile);
  if (spec === null) {
    throw new Failure('NoClock', `there is no market clock at ${clockFile}`, 'start the stack with `believe up`');
  }
  return createMarketClock(spec);
}
