import { executeChild, setCurrentDetails } from '@temporalio/workflow';
import type { CapturedDay } from '../shared/contract/capture-file.js';
import {
  type CaptureDaysInput,
  type CaptureDaysResult,
  captureDaysInput,
} from '../shared/orchestration/path/messages.js';
import { captureId } from '../shared/orchestration/path/path-ids.js';
import { captureDay } from './capture-day.js';
import { brokerPath, researchPath } from './steps/activities.js';
import { invalidInput } from './steps/refusal.js';
import { orUnderWay } from './steps/under-way.js';

/**
 * Brings home every trade date that has ended and is not on research yet, oldest first, each by a run of `captureDay`
 * under its own id. What a schedule starts after the close; after days of outage it catches up.
 */
export async function captureDays(input: CaptureDaysInput = {}): Promise<CaptureDaysResult> {
  const request = captureDaysInput.safeParse(input ?? {});
  if (!request.success) throw invalidInput(request.error, '{"requestedBy":"your name"}');
  const { instrument, requestedBy } = request.data;
  const { days: atBroker } = await brokerPath.captureBacklog({ instrument });
  const { days: received } = await researchPath.ingestBacklog({ instrument });
  const days = together(received, atBroker);
  const done: { workflowId: string; outcome: string }[] = [];
  for (const day of days) {
    setCurrentDetails(markdown(days, done));
    done.push({ workflowId: captureId(day), outcome: await bring(day, requestedBy) });
  }
  setCurrentDetails(markdown(days, done));
  return { days: done };
}

/** Each day once, oldest first. */
function together(...lists: readonly (readonly CapturedDay[])[]): CapturedDay[] {
  const byKey = new Map(lists.flat().map((day) => [`${day.tradeDate} ${day.instrument}`, day]));
  return [...byKey.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, day]) => day);
}

/** @throws ChildWorkflowFailure: the days behind it would follow out of order */
async function bring({ instrument, tradeDate }: CapturedDay, requestedBy: string): Promise<string> {
  return await orUnderWay(() =>
    executeChild(captureDay, {
      workflowId: captureId({ instrument, tradeDate }),
      args: [{ instrument, tradeDate, requestedBy }],
      staticSummary: `${instrument} of ${tradeDate} into the store`,
    }),
  );
}

function markdown(days: readonly CapturedDay[], done: CaptureDaysResult['days']): string {
  const rows = days.map((day, index) => `| ${day.instrument} | ${day.tradeDate} | ${done[index]?.outcome ?? ''} |`);
  return [
    `## ${done.length} of ${days.length} trade dates`,
    rows.length > 0
      ? ['| contract | trade date | outcome |', '|---|---|---|', ...rows].join('\n')
      : 'Research has everything that was captured.',
  ].join('\n\n');
}
