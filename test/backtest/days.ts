import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type BacktestDay, backtestDay } from '../../research/backtest/backtest-day.js';
import { type BacktestSettingsInput, backtestSettings } from '../../research/backtest/backtest-settings.js';
import { byTradeDate } from '../../research/backtest/by-trade-date.js';
import { generateMarket } from '../../research/generator/generate-market.js';
import { barsBefore } from '../../research/replay/bars-before.js';
import { openEventStream } from '../../research/replay/event-stream.js';
import { loadReplayHeads, type ReplayHeads } from '../../research/replay/load-heads.js';
import type { TimeSpan } from '../../research/samples/trusted-times.js';
import { instrumentConfig } from '../../shared/config/market.js';
import { releaseFiles } from '../heads/release-files.js';

/** A few SYNTHETIC days and a candidate whose heads are tiny, in a folder of a test's own. */
export class Days {
  private constructor(
    readonly folder: string,
    readonly files: readonly string[],
    readonly bars: string,
    readonly candidate: string,
    readonly release: ReplayHeads,
  ) {}

  static async make(days: number, minutesPerDay: number): Promise<Days> {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'believe-backtest-'));
    const market = await generateMarket({
      ...{ seed: 7, folder, instrument: instrumentConfig.parse({}), firstTradeDate: '2014-01-02', days, minutesPerDay },
      ...{ barDays: days + 2, signalStrength: 1 },
    });
    const candidate = path.join(folder, 'candidate');
    for (const [name, bytes] of await releaseFiles()) {
      mkdirSync(path.dirname(path.join(candidate, name)), { recursive: true });
      writeFileSync(path.join(candidate, name), bytes);
    }
    return new Days(folder, market.depthFiles, market.barsFile, candidate, await loadReplayHeads(candidate));
  }

  /** One day after the other, in this process. */
  async backtest(
    settings: BacktestSettingsInput = {},
    batchEvents = 16_384,
    doubtful: readonly TimeSpan[] = [],
  ): Promise<BacktestDay[]> {
    const streams = await Promise.all(this.files.map((file) => openEventStream(file, { batchEvents })));
    const results: BacktestDay[] = [];
    for (const [tradeDate, ofDay] of byTradeDate(streams, {}))
      results.push(
        await backtestDay({
          ...{
            tradeDate,
            streams: ofDay,
            warmUp: (firstNs) => barsBefore([this.bars], firstNs),
            release: this.release,
          },
          settings: backtestSettings.parse(settings),
          doubtful,
        }),
      );
    return results;
  }

  async remove(): Promise<void> {
    await this.release.heads.release();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
