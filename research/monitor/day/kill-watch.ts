import { calibrationError, poolBins } from '../../gate/statistics/calibration.js';
import { sumOf } from '../../gate/statistics/total.js';
import { MONITORED_SESSIONS } from '../../model-card/kill-criteria.js';
import type { ModelCard } from '../../model-card/model-card.js';
import type { MonitorReport } from '../report.js';

type Kill = MonitorReport['model']['kill'];
type Day = Pick<MonitorReport, 'modelVersion' | 'execution'> & {
  readonly model: Pick<MonitorReport['model'], 'heads'>;
};

/**
 * The card's reasons to stop trading, each with where it stands now: over the dates on which this release traded, the newest last.
 * @param days this date included
 */
export function killWatch(card: Pick<ModelCard, 'killCriteria'> | null, days: readonly Day[]): Kill {
  return (card?.killCriteria ?? []).map(({ sentence, value, unit }) => {
    const now = stands(sentence, value, unit, days);
    return { sentence, value, unit, now, isMet: now !== null && now > value };
  });
}

function stands(sentence: string, value: number, unit: string, days: readonly Day[]): number | null {
  if (unit === 'ticks') return drawdownOf(days.map(({ execution }) => execution.live.netTicks ?? 0));
  const recent = days.slice(-MONITORED_SESSIONS);
  if (recent.length < MONITORED_SESSIONS) return null;
  if (unit === 'ticks a trade') return costOf(recent);
  if (unit === 'nats') {
    // What knowing only the shares of the classes gives depends on the date: the excess is what the card means.
    const excess = recent.flatMap(({ model }) =>
      model.heads.flatMap((one) => (sentence.startsWith(`${one.head} `) ? [one.logLoss - one.classPriorLogLoss] : [])),
    );
    return excess.length < MONITORED_SESSIONS ? null : value + sumOf(excess) / excess.length;
  }
  // Rows of all dates together: a few hundred alone never look calibrated.
  const names = [...new Set(recent.flatMap(({ model }) => model.heads.map(({ head }) => head)))];
  const errors = names.map((name) => {
    const own = recent.flatMap(({ model }) => model.heads.flatMap(({ head, bins }) => (head === name ? [bins] : [])));
    const classes = own[0]!.map((_, of) => calibrationError(poolBins(own.map((bins) => bins[of]!))));
    return sumOf(classes) / classes.length;
  });
  return errors.length === 0 ? null : Math.max(...errors);
}

/** Of a result that began at 0. */
function drawdownOf(daily: readonly number[]): number {
  let [equity, best, deepest] = [0, 0, 0];
  for (const ticks of daily) {
    equity += ticks;
    best = Math.max(best, equity);
    deepest = Math.max(deepest, best - equity);
  }
  return deepest;
}

/** Twice what one side paid beyond the mid: slippage, as measured where the order was decided. */
function costOf(days: readonly Day[]): number | null {
  const paid = days.flatMap(({ execution: { live } }) =>
    live.slippageTicks === null ? [] : [{ contracts: live.filledContracts, ticks: live.slippageTicks }],
  );
  const contracts = paid.reduce((sum, one) => sum + one.contracts, 0);
  return contracts === 0 ? null : (2 * paid.reduce((sum, one) => sum + one.contracts * one.ticks, 0)) / contracts;
}
