import { executeChild, setCurrentDetails } from '@temporalio/workflow';
import type { CapturedDay } from '../shared/contract/capture-file.js';
import {
  type MonitorDaysInput,
  type MonitorDaysResult,
  monitorDaysInput,
  monitorId,
} from '../shared/orchestration/monitor/messages.js';
import { monitorDay } from './monitor-day.js';
import { researchMonitor } from './steps/activities.js';
import { invalidInput } from './steps/refusal.js';
import { orUnderWay } from './steps/under-way.js';

/** Looks at every complete trade date that nobody has looked at, oldest first: each is compared with those before. What a schedule starts. */
export async function monitorDays(input: MonitorDaysInput = {}): Promise<MonitorDaysResult> {
  const request = monitorDaysInput.safeParse(input ?? {});
  if (!request.success) throw invalidInput(request.error, '{"requestedBy":"your name"}');
  const { days } = await researchMonitor.monitorBacklog({});
  const done: { workflowId: string; outcome: string }[] = [];
  for (const day of days) {
    done.push({ workflowId: monitorId(day), outcome: await look(day, request.data.requestedBy) });
    setCurrentDetails(done.map(({ workflowId, outcome }) => `${workflowId}: ${outcome}`).join('\n\n'));
  }
  if (days.length === 0) setCurrentDetails('Every trade date that is complete was monitored.');
  return { days: done };
}

/** @throws ChildWorkflowFailure: the dates behind it would be compared with too little */
async function look({ instrument, tradeDate }: CapturedDay, requestedBy: string): Promise<string> {
  return await orUnderWay(() =>
    executeChild(monitorDay, {
      workflowId: monitorId({ instrument, tradeDate }),
      args: [{ instrument, tradeDate, requestedBy }],
      staticSummary: `${instrument} of ${tradeDate}`,
    }),
  );
}
