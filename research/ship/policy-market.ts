import type { BacktestSettings } from '../backtest/backtest-settings.js';
import { backtestSettings } from '../backtest/backtest-settings.js';
import { dateText } from '../gate/wording.js';
import { barsByDate, barTape } from '../replay/bar-tape.js';
import { type EventStream, firstOf } from '../replay/event-stream.js';
import { appendBars, type BarSeries, type GrowingSeries } from '../samples/bar-samples.js';
import type { TrainingSet } from '../samples/training-set.js';
import type { MarketStore } from '../store/market-store.js';
import { readBarShards } from '../store/read-bars.js';
import { readDepthShards } from '../store/read-depth.js';
import type { StoredPlan } from './ship-plan.js';

type Instrument = Pick<StoredPlan, 'instrument' | 'tickSize' | 'tickValue'>;

/** What the policy trades on one date: the pinned book; for heads of bars alone, a tape made of the bars. */
export async function marketOf(
  store: MarketStore,
  set: TrainingSet,
  plan: Instrument,
  tradeDate: number,
): Promise<{ readonly streams: readonly EventStream[]; readonly bars: readonly BarSeries[] }> {
  const bars = await barsOf(store, set);
  const streams = await bookOf(store, set, plan, tradeDate);
  return { streams: streams.length > 0 ? streams : tapeOf(bars, plan, tradeDate), bars };
}

/** What trading costs, and how fast it is: the house's fees, and the backtester's usual delays. */
export function policySettings({ policy, tickValue }: Pick<StoredPlan, 'policy' | 'tickValue'>): BacktestSettings {
  return backtestSettings.parse({ feePerContract: policy.feeTicks * tickValue });
}

/** Bars of one contract that follow each other are one series. */
async function barsOf(store: MarketStore, set: TrainingSet): Promise<BarSeries[]> {
  const all: GrowingSeries[] = [];
  for (const { dataset, shards } of set.series) {
    if (dataset !== 'bars') continue;
    const { instrument } = shards[0]!;
    const bars = await readBarShards(store, shards);
    appendBars(all, instrument, bars);
  }
  return all;
}

async function bookOf(store: MarketStore, set: TrainingSet, plan: Instrument, date: number): Promise<EventStream[]> {
  const streams: EventStream[] = [];
  for (const { dataset, name, tickSize, shards } of set.series) {
    const own = shards.filter(({ tradeDate }) => tradeDate === dateText(date));
    if (dataset !== 'mbp10' || own.length === 0) continue;
    const [{ instrument, tradeDate }] = own as [(typeof own)[number]];
    const header = {
      ...{ kind: 'header' as const, v: 1 as const, instrument, levels: 10, tradeDate },
      ...{ tickSize: tickSize!, multiplier: plan.tickValue / plan.tickSize },
    };
    const batches = () => readDepthShards(store, own, tickSize!);
    streams.push({ name, header, ...(await firstOf(name, batches())), batches });
  }
  return streams;
}

function tapeOf(series: readonly BarSeries[], { instrument, tickSize, tickValue }: Instrument, date: number) {
  return series.flatMap((one): EventStream[] => {
    const named = one.instrument === '' ? instrument : one.instrument;
    const bars = barsByDate(named, one.bars).get(date);
    if (!bars) return [];
    const tradeDate = dateText(date);
    return [barTape({ instrument: named, tradeDate, bars, tickSize, multiplier: tickValue / tickSize })];
  });
}
