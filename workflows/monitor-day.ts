import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { CapturedDay } from '../shared/contract/capture-file.js';
import { type MonitorInput, type MonitorResult, monitorInput } from '../shared/orchestration/monitor/messages.js';
import { PATH_ATTRIBUTES } from '../shared/orchestration/path/search-attributes.js';
import { SHIP_ATTRIBUTES } from '../shared/orchestration/ship/search-attributes.js';
import { researchMonitor } from './steps/activities.js';
import { invalidInput } from './steps/refusal.js';

/**
 * Looks at one captured trade date: is every decision that of a replay, have features, model or market changed, was it traded as
 * expected, was it captured whole. The report lies on research; what was found becomes alarms there.
 */
export async function monitorDay(input: MonitorInput = {}): Promise<MonitorResult> {
  const request = monitorInput.safeParse(input ?? {});
  if (!request.success) throw invalidInput(request.error, '{"instrument":"ESZ5","tradeDate":"2025-12-01"}');
  const day = await dayOf(request.data);
  if (day === null) {
    setCurrentDetails('Every trade date that is complete was monitored.');
    const nothing = { compared: 0, different: 0, cleanDays: 0, findings: [] };
    return { outcome: 'Nothing', instrument: null, tradeDate: null, ...nothing };
  }
  upsertSearchAttributes([
    { key: PATH_ATTRIBUTES.tradeDate, value: day.tradeDate },
    { key: SHIP_ATTRIBUTES.instrument, value: day.instrument },
  ]);
  const { markdown, ...seen } = await researchMonitor.monitorDay.executeWithOptions(
    { summary: `${day.instrument} of ${day.tradeDate}: parity, drift, model, execution, data` },
    [day],
  );
  setCurrentDetails(`## ${day.instrument} of ${day.tradeDate}\n\n${markdown}`);
  return { outcome: seen.findings.length === 0 ? 'Clean' : 'Findings', ...seen };
}

/** The day that was named, or the oldest one that waits. */
async function dayOf({ instrument, tradeDate }: ReturnType<typeof monitorInput.parse>): Promise<CapturedDay | null> {
  if (instrument !== undefined && tradeDate !== undefined) return { instrument, tradeDate };
  const { days } = await researchMonitor.monitorBacklog({});
  return (
    days.find(
      (day) => day.instrument === (instrument ?? day.instrument) && day.tradeDate === (tradeDate ?? day.tradeDate),
    ) ?? null
  );
}
