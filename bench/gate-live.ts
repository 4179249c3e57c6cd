import { backtestSettings } from '../research/backtest/backtest-settings.js';
import { rowsBefore } from '../research/gate/kept-dates.js';
import { netOf } from '../research/gate/portfolio-evidence.js';
import { headSetsOf } from '../research/gate/trade/fold-models.js';
import { tradeDay } from '../research/gate/trade/trade-day.js';
import { obtainLibxgboost } from '../setup/libxgboost.js';
import { gateThresholds } from '../shared/config/gate-thresholds.js';
import type { BenchResult } from './bench-result.js';
import { BASE, judgePlayed, type Played, playArm } from './gate/study.js';
import { STUDY_ARMS } from './gate/study-arms.js';
import { FEE_TICKS, type StudyMarket, studyMarket } from './gate/study-market.js';

const MARKETS = 8;
const GATE_DAYS = 10;
const LIVE_DAYS = 20;
const ARMS = STUDY_ARMS.filter(({ name }) => /another seed|better|labels wrong|half/.test(name));

/**
 * Whether the gate's money foretells the money: of candidates and the recipe in use, the difference in net ticks a trade date by the gate,
 * against that of their files on the 20 trade dates that follow, traded by the backtester. The peer is one contract a head on
 * the same folds, as the gate once counted. BELIEVE_GATE_MARKETS changes how many SYNTHETIC markets are played.
 */
export async function benchGateLive(log: (line: string) => void): Promise<BenchResult[]> {
  const markets = Number(process.env.BELIEVE_GATE_MARKETS ?? MARKETS);
  const library = await obtainLibxgboost({ progress: log });
  const thresholds = gateThresholds.parse({});
  const points: { readonly policy: number; readonly alone: number; readonly live: number }[] = [];
  for (let seed = 501; seed < 501 + markets; seed++) {
    const { seen, later } = split(await studyMarket({ seed, days: GATE_DAYS + LIVE_DAYS, barDays: 120 + LIVE_DAYS }));
    const options = { seed, library, thresholds };
    const base = await playArm(seen, BASE, options);
    const baseLive = await liveNet(base, later);
    for (const arm of ARMS) {
      const played = await playArm(seen, arm, options);
      const { evidence } = judgePlayed(played, base, options);
      const { candidateWherePrior, prior, tradeDates } = evidence.portfolio!;
      const alone = evidence.heads.reduce(
        (sum, { pooled }) => sum + pooled!.candidateWherePrior!.netTicks - pooled!.prior!.netTicks,
        0,
      );
      const policy = (candidateWherePrior!.netTicks - prior!.netTicks) / tradeDates;
      points.push({ policy, alone, live: (await liveNet(played, later)) - baseLive });
    }
    log(
      `market ${seed - 500}/${markets}: correlation ${correlation(points, 'policy').toFixed(2)}, one contract a head ${correlation(points, 'alone').toFixed(2)} of ${points.length} pairs`,
    );
  }
  const [ours, peer] = [correlation(points, 'policy'), correlation(points, 'alone')];
  return [
    {
      job: `gate: (candidate - prior) net against ${LIVE_DAYS} dates traded later, ${points.length} pairs`,
      ...{ ours, peer, peerName: 'one contract a head', unit: 'correlation', ratio: ours / peer, aim: '>= 1' },
    },
  ];
}

/** The first dates of the book, and those that follow. */
function split(market: StudyMarket): { readonly seen: StudyMarket; readonly later: StudyMarket } {
  const dates = [...market.streams.keys()].sort((a, b) => a - b);
  const from = dates[GATE_DAYS];
  const streams = (isLater: boolean) =>
    new Map([...market.streams].filter(([date]) => dates.indexOf(date) >= GATE_DAYS === isLater));
  return {
    seen: { ...market, samples: market.samples.map((samples) => rowsBefore(samples, from)), streams: streams(false) },
    later: { ...market, streams: streams(true) },
  };
}

/** Mean net ticks a trade date of an arm's files. */
async function liveNet(played: Played, later: StudyMarket): Promise<number> {
  const candidate = (await headSetsOf(played.files, 'candidate', played.policy))!;
  const settings = backtestSettings.parse({ feePerContract: FEE_TICKS * later.tickValue });
  const market = { bars: later.bars, samples: [], tickValue: later.tickValue, settings };
  const net: number[] = [];
  for (const [tradeDate, stream] of later.streams)
    net.push(
      ...netOf([
        await tradeDay({ ...market, tradeDate, tradedBy: 'files', streams: [stream], candidate, prior: null }),
      ]),
    );
  for (const heads of candidate) await heads.release();
  return net.reduce((sum, one) => sum + one, 0) / net.length;
}

function correlation<K extends string>(points: readonly Readonly<Record<K | 'live', number>>[], of: K): number {
  const mean = (key: K | 'live') => points.reduce((sum, one) => sum + one[key], 0) / points.length;
  const [a, b] = [mean(of), mean('live')];
  const sum = (f: (one: Readonly<Record<K | 'live', number>>) => number) =>
    points.reduce((total, one) => total + f(one), 0);
  const both = sum((one) => (one[of] - a) * (one.live - b));
  return both / Math.sqrt(sum((one) => (one[of] - a) ** 2) * sum((one) => (one.live - b) ** 2));
}
