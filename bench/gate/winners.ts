import { returnMoments } from '../../research/gate/statistics/sharpe.js';
import type { Trial } from '../../research/gate/trials.js';
import { RandomStream } from '../../research/generator/random-stream.js';
import type { Played } from './study.js';

/** The best of recipes that earn nothing on average, and the ledger's lines of the others. */
export interface Winner {
  readonly played: Played;
  readonly others: readonly Trial[];
}

const TRADES_A_DAY = 10;
const COST_TICKS = 1.5;

/**
 * Tries so many recipes whose daily results are normal numbers around 0, and keeps the one with the best Sharpe ratio. Its forecasts are those
 * of a sound candidate, so that nothing but its earnings can give it away.
 */
export function bestOf(sound: Played, tries: number, seed: number): Winner {
  const random = new RandomStream(seed, tries);
  const dates = sound.days.map(({ tradeDate }) => tradeDate);
  const trials = Array.from({ length: tries }, (_, at): Trial => {
    const net = dates.map(() => 40 * random.normal());
    return {
      ...{ runId: `tried-${at}`, sharpePerDay: returnMoments(net).sharpe, tradeDates: dates.length },
      daily: dates.map((date, day) => [date, net[day]!]),
    };
  });
  const best = trials.reduce((most, one) => (one.sharpePerDay > most.sharpePerDay ? one : most));
  const days = sound.days.map((day, at) => {
    const netTicks = best.daily[at]![1];
    const costTicks = TRADES_A_DAY * COST_TICKS;
    return { ...day, candidate: [{ trades: TRADES_A_DAY, grossTicks: netTicks + costTicks, costTicks, netTicks }] };
  });
  const refitted = days.map((day) =>
    day.tradedBy === 'refits' ? { ...day, candidate: [day.candidate[0]!, day.candidate[0]!] } : day,
  );
  return {
    played: { ...sound, arm: `best of ${tries}`, days: refitted },
    others: trials.filter((one) => one !== best),
  };
}
