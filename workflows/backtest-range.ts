import { proxyActivities, setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type {
  BacktestActivities,
  BacktestPlan,
  BacktestResult,
  DaySummary,
} from '../activities/research/backtest-contract.js';
import { type BacktestInput, backtestInput } from '../shared/orchestration/backtest/messages.js';
import { SHIP_ATTRIBUTES } from '../shared/orchestration/ship/search-attributes.js';
import { runIdentityOf } from '../shared/orchestration/ship/ship-id.js';
import { TASK_QUEUES } from '../shared/orchestration/ship/task-queues.js';
import { backtestMarkdown } from './backtest/backtest-markdown.js';
import { invalidInput } from './steps/refusal.js';

/** Days that are asked for at a time: more than any pool runs at once, and few enough for the server to hold. */
const DAYS_AT_ONCE = 50;

/** A day is read-only research and repeats into the same bytes: a worker that dies costs the day it was at. */
const research = proxyActivities<BacktestActivities>({
  startToCloseTimeout: '6h',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s', maximumAttempts: 10 },
  taskQueue: TASK_QUEUES.research,
});

/**
 * Backtests every trade date of a range, one activity a day, over the pool of research workers; the digest is that of
 * the days one after the other.
 */
export async function backtestRange(input: BacktestInput = {}): Promise<BacktestResult> {
  const request = backtestInput.safeParse(input ?? {});
  if (!request.success) throw invalidInput(request.error, '{"dateFrom":"2014-01-02"}');
  const backtestId = runIdentityOf(workflowInfo());
  const plan = await research.planBacktest({ backtestId, request: request.data });
  upsertSearchAttributes([
    { key: SHIP_ATTRIBUTES.instrument, value: plan.instrument },
    { key: SHIP_ATTRIBUTES.synthetic, value: plan.synthetic },
  ]);
  const days = await runDays(backtestId, plan);
  const result = await research.concludeBacktest.executeWithOptions({ summary: `${days.length} days together` }, [
    { backtestId, plan, days },
  ]);
  setCurrentDetails(backtestMarkdown(plan, days, result));
  return result;
}

/** Results in the order of the trade dates. */
async function runDays(backtestId: string, plan: BacktestPlan): Promise<DaySummary[]> {
  const done = new Map<string, DaySummary>();
  const waiting = [...plan.tradeDates];
  const lane = async () => {
    for (let tradeDate = waiting.shift(); tradeDate !== undefined; tradeDate = waiting.shift()) {
      const ask = { backtestId, plan, tradeDate };
      done.set(tradeDate, await research.backtestDay.executeWithOptions({ summary: tradeDate }, [ask]));
      setCurrentDetails(backtestMarkdown(plan, [...done.values()], null));
    }
  };
  await Promise.all(Array.from({ length: Math.min(DAYS_AT_ONCE, plan.tradeDates.length) }, lane));
  return plan.tradeDates.map((tradeDate) => done.get(tradeDate)!);
}
