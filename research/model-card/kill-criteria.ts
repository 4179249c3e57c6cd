import type { GateReport } from '../gate/report.js';
import { nats, percent, ticks } from '../gate/wording.js';
import type { KillCriterion } from './model-card.js';

/** A live loss that is this many times the worst one of the gate is no bad luck any more. */
const DRAWDOWN_FACTOR = 1.5;
/** Trade dates over which a live mean is taken. */
export const MONITORED_SESSIONS = 5;

/** When to stop trading the model, whatever its expiry: each from a number that the gate measured. */
export function killCriteria({ evidence, thresholds }: GateReport): KillCriterion[] {
  const criteria: KillCriterion[] = [];
  const candidate = evidence.portfolio?.candidate;
  if (candidate && candidate.maxDrawdownTicks > 0) {
    const lossTicks = DRAWDOWN_FACTOR * candidate.maxDrawdownTicks;
    criteria.push({
      sentence: `The live result falls ${ticks(lossTicks)} ticks below its best: ${DRAWDOWN_FACTOR} times the largest drawdown of the gate.`,
      value: lossTicks,
      unit: 'ticks',
    });
  }
  if (candidate && candidate.breakEvenCostTicks !== null)
    criteria.push({
      sentence: `A round trip costs more than ${ticks(candidate.breakEvenCostTicks)} ticks on average over ${MONITORED_SESSIONS} trade dates: no profit is left from there on.`,
      value: candidate.breakEvenCostTicks,
      unit: 'ticks a trade',
    });
  for (const { head, pooled } of evidence.heads) {
    if (!pooled) continue;
    criteria.push({
      sentence: `${head} has a log loss above ${nats(pooled.classPriorLogLoss)} over ${MONITORED_SESSIONS} trade dates: that is what knowing only the shares of the classes gives.`,
      value: pooled.classPriorLogLoss,
      unit: 'nats',
    });
  }
  const errorMax = 2 * thresholds.calibrationErrorMax;
  criteria.push({
    sentence: `A head's calibration error exceeds ${percent(errorMax)} over ${MONITORED_SESSIONS} trade dates: twice what the gate allows.`,
    value: errorMax,
    unit: 'share',
  });
  return criteria;
}
