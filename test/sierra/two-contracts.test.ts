import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { grownTrades, recordsOf } from '../../bench/sierra/grown-samples.js';
import { followSierra } from '../../broker/follow/follow-sierra.js';
import { followPlan } from '../../cli/sierra/follow-options.js';
import { configSchema } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { followStatus } from '../../shared/contract/follow-status.js';
import { createMarketClock } from '../../shared/market/clock/market-clock.js';

const SINCE_MS = Date.UTC(2025, 7, 12, 20);
const TRADES = 300;

describe('two contracts that one follower follows', function () {
  this.timeout(30_000);
  const home = mkdtempSync(path.join(tmpdir(), 'believe-follow-'));
  after(() => rmSync(home, { recursive: true, force: true }));

  it('have files, state and status of their own: what stops one stops not the other', async () => {
    const trades = grownTrades(SINCE_MS * 1000, 1_000_000);
    writeFileSync(path.join(home, 'now.scid'), Buffer.concat([trades.header, recordsOf(trades, 0, TRADES)]));
    writeFileSync(
      path.join(home, 'next.scid'),
      'no file of Sierra Chart, and longer than its header would be ........',
    );
    const config = configSchema.parse({
      home,
      instrument: { localSymbol: 'ESU5' },
      sierra: {
        ...{ dataFolder: home, symbol: 'now', priceScale: 0.01, holdSeconds: 0.1, lookMs: 50 },
        others: [{ symbol: 'next', localSymbol: 'ESZ5' }],
      },
    });
    const stop = new AbortController();
    const plan = followPlan(config, createMarketClock({ kind: 'real' }), { sinceMs: SINCE_MS }, () => {});
    const { sierra, sierraStatus } = homePlaces(home).broker;
    const statusOf = (contract: string) => {
      try {
        return followStatus.parse(JSON.parse(readFileSync(sierraStatus(contract), 'utf8')));
      } catch {
        return null;
      }
    };
    const running = followSierra(sierra, plan, stop.signal);
    while ((statusOf('ESU5')?.trades ?? 0) < TRADES || statusOf('ESZ5')?.problem == null)
      await new Promise((resolve) => setTimeout(resolve, 50));
    stop.abort();
    await running;
    assert.match(statusOf('ESZ5')!.problem!, /does not begin with SCID/);
    assert.deepEqual([statusOf('ESU5')!.problem, statusOf('ESU5')!.trades], [null, TRADES]);
    const segments = readdirSync(sierra).filter((name) => name.startsWith('sierra-'));
    assert.ok(segments.length > 0 && segments.every((name) => name.startsWith('sierra-ESU5-')), segments.join());
  });
});
