import type { Config } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { createMarketClock } from '../../shared/market/clock/market-clock.js';
import { sierraSymbolOf } from '../../shared/market/sierra/symbol-name.js';
import { clockSpecFile, readClockSpec } from '../../shared/node/clock-spec-file.js';
import { seededRandom } from '../../shared/random.js';
import type { Gateway } from '../../simulator/gateway.js';
import { SierraEmulator } from '../../simulator/sierra/sierra-emulator.js';

/** The Sierra Chart of the default set-up: it sees the same market as the gateway's clients, by a clock of its own. */
export function emulateSierra({ market }: Gateway, { home, sierra, instrument }: Config): SierraEmulator {
  const { symbol, priceScale, clockOffsetMs, clockDriftPpm, lossPerMille, seed } = sierra;
  const clock = createMarketClock(readClockSpec(clockSpecFile(home)) ?? { kind: 'real' });
  const year = new Date(clock.nowMs()).getUTCFullYear();
  return new SierraEmulator({
    ...{ market, clock, folder: homePlaces(home).gateway.sierra },
    symbol: sierraSymbolOf(symbol ?? '{contract}', instrument.localSymbol, year),
    ...{ priceScale, clockOffsetMs, clockDriftPpm, lossPerMille, random: seededRandom(seed) },
  });
}
