import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { generateMarket, type MarketOptions } from '../../research/generator/generate-market.js';
import { loadConfig } from '../../shared/node/config/load-config.js';

/** A folder of its own under the system's temporary folder; the caller removes it. */
export function temporaryFolder(): string {
  return mkdtempSync(path.join(os.tmpdir(), 'believe-market-'));
}

/** Two days with a book of a few minutes, six days of bars. */
export function smallMarket(folder: string, changes: Partial<MarketOptions> = {}) {
  return generateMarket({
    seed: 7,
    folder,
    instrument: loadConfig({ env: {} }).instrument,
    firstTradeDate: '2025-07-03',
    days: 2,
    minutesPerDay: 7,
    barDays: 6,
    signalStrength: 1,
    ...changes,
  });
}
