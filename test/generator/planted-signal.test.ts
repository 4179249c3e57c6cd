import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { FeatureEngine } from '../../shared/market/features/feature-engine.js';
import { planFeatures } from '../../shared/market/features/feature-plan.js';
import { readBarsFile } from '../../shared/node/files/bars-csv.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';
import { smallMarket, temporaryFolder } from './small-market.js';

/** One moment: what was seen, and what the mid price did afterwards, in ticks. */
interface Moment {
  readonly seen: number;
  readonly moveTicks: number;
}

/** Spread and fees of one round trip, ticks. */
const COST_TICKS = 1.25;
/** Large enough that chance moves an R^2 by a few hundredths only. */
const SIZE = { days: 8, minutesPerDay: 90, barDays: 120 } as const;
const FEATURES = ['imbalance_top10', 'trade_imbalance_30s'] as const;

describe('planted signal', () => {
  for (const { strength, pays } of [
    { strength: 1, pays: true },
    { strength: 0, pays: false },
  ]) {
    describe(`of strength ${strength}`, () => {
      let folder: string;
      let seconds: readonly Second[];
      let barsFile: string;
      before(async () => {
        folder = temporaryFolder();
        const market = await smallMarket(folder, { ...SIZE, signalStrength: strength });
        seconds = (await Promise.all(market.depthFiles.map(secondsOf))).flat();
        barsFile = market.barsFile;
      });
      after(() => rmSync(folder, { recursive: true, force: true }));

      const verb = pays ? 'predicts' : 'does not predict';

      it(`${verb} ten seconds by the imbalance of the book`, () => {
        expectForecast(outOfSample(moments(seconds, 'imbalance_top10', 10), episodic), pays, 0.08);
      });

      it(`${verb} thirty seconds by the aggressors of the trades`, () => {
        expectForecast(outOfSample(moments(seconds, 'trade_imbalance_30s', 30)), pays, 0.03);
      });

      it(`${verb} fifteen minutes by the momentum of five-minute bars`, async () => {
        expectForecast(outOfSample(await barMoments(barsFile)), pays, 0.03);
      });

      it('leaves a market that moves about two ticks in ten seconds', () => {
        const squares = moments(seconds, 'imbalance_top10', 10).map(({ moveTicks }) => moveTicks ** 2);
        const deviationTicks = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
        assert.ok(deviationTicks > 1 && deviationTicks < 2.6, String(deviationTicks));
      });
    });
  }
});

function expectForecast({ r2, netTicks }: Forecast, pays: boolean, r2Min: number): void {
  assert.ok(pays ? r2 > r2Min && r2 < 0.3 : r2 < 0.01, `R^2 out of sample ${r2}`);
  if (pays) assert.ok(netTicks > 0, `${netTicks} ticks a trade after costs`);
}

interface Forecast {
  readonly r2: number;
  /** Mean over the moments at which more than the costs is expected. */
  readonly netTicks: number;
}

/** Grows faster than its argument: most of the book's signal is in its extremes. */
function episodic(seen: number): number {
  return seen * Math.abs(seen);
}

/** Least squares through the origin on the first half; R^2, and the net ticks a trade where it trades, on the second. */
function outOfSample(all: readonly Moment[], shape: (seen: number) => number = (seen) => seen): Forecast {
  const half = Math.floor(all.length / 2);
  let products = 0;
  let squares = 0;
  for (const { seen, moveTicks } of all.slice(0, half)) {
    products += shape(seen) * moveTicks;
    squares += shape(seen) ** 2;
  }
  let errors = 0;
  let total = 0;
  let netTicks = 0;
  let trades = 0;
  for (const { seen, moveTicks } of all.slice(half)) {
    const expected = (products / squares) * shape(seen);
    errors += (moveTicks - expected) ** 2;
    total += moveTicks ** 2;
    if (Math.abs(expected) <= COST_TICKS) continue;
    trades++;
    netTicks += Math.sign(expected) * moveTicks - COST_TICKS;
  }
  return { r2: 1 - errors / total, netTicks: netTicks / trades };
}

/** The first settled book of a second: mid, ticks, and FEATURES, NaN while they are not warm. */
interface Second {
  readonly second: number;
  readonly midTicks: number;
  readonly features: Float32Array;
}

/** Seconds of a day, with the feature engine that training and the bridge use. */
async function secondsOf(file: string): Promise<Second[]> {
  const engine = new FeatureEngine();
  const plan = planFeatures(FEATURES);
  const seconds: Second[] = [];
  const depth = await openDepthFile(file);
  for await (const batch of depth.batches()) {
    for (let i = 0; i < batch.length; i++) {
      engine.onEvent(batch, i);
      const second = Number(batch.baseNs / 1_000_000_000n) + Math.floor(batch.tsRecvNs[i]! / 1e9);
      if (batch.last[i] !== 1 || second === seconds.at(-1)?.second || !engine.state.isSettled) continue;
      const features = new Float32Array(FEATURES.length).fill(Number.NaN);
      engine.read(plan, features);
      seconds.push({ second, midTicks: engine.state.midHalfTicks / 2, features });
    }
  }
  return seconds;
}

function moments(seconds: readonly Second[], feature: (typeof FEATURES)[number], horizonSeconds: number): Moment[] {
  const midOf = new Map(seconds.map(({ second, midTicks }) => [second, midTicks]));
  return seconds.flatMap(({ second, midTicks, features }) => {
    const seen = features[FEATURES.indexOf(feature)]!;
    const moveTicks = (midOf.get(second + horizonSeconds) ?? Number.NaN) - midTicks;
    return Number.isFinite(seen) && Number.isFinite(moveTicks) ? { seen, moveTicks } : [];
  });
}

async function barMoments(file: string): Promise<Moment[]> {
  const { bars } = await readBarsFile(file);
  return bars.flatMap((bar, i) => {
    const [before, after] = [bars[i - 3], bars[i + 3]];
    const isOneDay = before && after && after.openMs - before.openMs === 6 * 300_000;
    return isOneDay ? { seen: bar.close - before.close, moveTicks: (after.close - bar.close) / 0.25 } : [];
  });
}
