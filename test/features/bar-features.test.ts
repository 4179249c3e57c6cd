import assert from 'node:assert/strict';
import { rthSessionOf, tradeDateOf } from '../../shared/market/calendar/cme-calendar.js';
import type { Bar } from '../../shared/market/events/bar.js';
import { FeatureEngine } from '../../shared/market/features/feature-engine.js';
import { planFeatures } from '../../shared/market/features/feature-plan.js';
import { FEATURES } from '../../shared/market/features/schema.js';
import { readBarsFile } from '../../shared/node/files/bars-csv.js';
import { NQ_BARS } from '../market/sample-file.js';

const NAMES = FEATURES.filter(({ family }) => family === 'bar').map(({ name }) => name);
const BAR_MS = 300_000;

/** The definitions, from the whole list of bars up to the newest one. */
function expected(bars: readonly Bar[]): Record<string, number> {
  const [now, ...before] = bars.toReversed();
  const twelve = before.slice(0, 12);
  const change = (count: number) => (now!.close / before[count - 1]!.close - 1) * 1e4;
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const closes = [now!, ...twelve].map(({ close }) => close);
  const returns = closes.slice(0, 12).map((close, i) => (close / closes[i + 1]! - 1) * 1e4);
  const range = ({ high, low }: Bar) => high - low;
  const volatility = Math.sqrt(mean(returns.map((r) => r * r)));
  const closeMs = now!.openMs + BAR_MS;
  const rth = rthSessionOf(tradeDateOf(closeMs));
  return {
    bar_return_1: change(1),
    bar_return_3: change(3),
    bar_return_6: change(6),
    bar_return_12: change(12),
    bar_range: (range(now!) / now!.close) * 1e4,
    bar_range_ratio: range(now!) / mean(twelve.map(range)),
    bar_close_position: range(now!) === 0 ? 0 : (now!.close - (now!.high + now!.low) / 2) / (range(now!) / 2),
    bar_volume_ratio: now!.volume / mean(twelve.map(({ volume }) => volume)),
    bar_volatility: volatility,
    bar_momentum: change(12) / (volatility * Math.sqrt(12)),
    bar_minutes_since_open: rth ? (closeMs - rth.rthOpenMs) / 60_000 : Number.NaN,
  };
}

describe('the bar features', () => {
  it('agree with their definitions on the real NQ bars', async () => {
    const { bars } = await readBarsFile(NQ_BARS);
    const engine = new FeatureEngine();
    const plan = planFeatures(NAMES);
    const row = new Float32Array(NAMES.length);
    for (const [i, bar] of bars.slice(0, 6000).entries()) {
      engine.onBar(bar);
      const isWarm = engine.read(plan, row);
      assert.equal(isWarm, i >= 12, `bar ${i}`);
      if (!isWarm || i % 7 !== 0) continue;
      const wanted = expected(bars.slice(i - 12, i + 1));
      for (const [column, name] of NAMES.entries()) {
        const difference = Math.abs(row[column]! - wanted[name]!);
        const isSame = Number.isNaN(wanted[name]!)
          ? Number.isNaN(row[column]!)
          : difference <= 1e-5 * Math.max(1, Math.abs(wanted[name]!));
        assert.ok(isSame, `bar ${i} ${name}: ${row[column]} instead of ${wanted[name]}`);
      }
    }
  });

  it('forget the bars before a break that is longer than the longest holiday, and leave known bars out', () => {
    const engine = new FeatureEngine();
    const plan = planFeatures(['bar_return_1']);
    const row = new Float32Array(1);
    const start = Date.UTC(2024, 5, 3, 14);
    const bar = (openMs: number, close: number): Bar => ({
      openMs,
      open: close,
      high: close,
      low: close,
      close,
      volume: 1,
    });
    const feed = (openMs: number, close: number) => {
      engine.onBar(bar(openMs, close));
      return engine.read(plan, row) ? Math.round(row[0]!) : null;
    };
    assert.equal(feed(start, 100), null);
    assert.equal(feed(start + BAR_MS, 101), 100);
    assert.equal(feed(start + BAR_MS, 500), 100);
    assert.equal(feed(start + 3 * 86_400_000, 202), 10_000);
    assert.equal(feed(start + 8 * 86_400_000, 300), null);
  });

  it('are NaN where a volume is missing, and only there', () => {
    const engine = new FeatureEngine();
    const plan = planFeatures(NAMES);
    const row = new Float32Array(NAMES.length);
    const start = Date.UTC(2024, 5, 3, 14);
    for (let k = 0; k < 13; k++)
      engine.onBar({
        openMs: start + k * BAR_MS,
        open: 1,
        high: 2,
        low: 1,
        close: 1 + (k % 2),
        volume: k === 5 ? Number.NaN : 3,
      });
    assert.ok(engine.read(plan, row));
    assert.deepEqual(
      NAMES.filter((_, column) => Number.isNaN(row[column]!)),
      ['bar_volume_ratio'],
    );
  });
});
