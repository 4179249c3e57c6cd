import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { UsageFailure } from '../../shared/failure.js';
import type { ShipInput } from '../../shared/orchestration/ship/messages.js';
import { TASK_QUEUES } from '../../shared/orchestration/ship/task-queues.js';
import type { shipModel } from '../../workflows/index.js';
import type { ShipHandle } from './find-ship.js';

/** Starts a ship under a readable id. @throws UsageFailure when a ship with this id is under way */
export async function startShip(client: Client, workflowId: string, input: ShipInput): Promise<ShipHandle> {
  try {
    return await client.workflow.start<typeof shipModel>('shipModel', {
      workflowId,
      taskQueue: TASK_QUEUES.workflows,
      args: [input],
      staticSummary: `ship ${input.recipe ?? 'base'}${input.note ? `: ${input.note}` : ''}`.slice(0, 200),
      staticDetails:
        'Carries one model from the training set to the bridge: retrain, gate, (hold), sign, push, verify, wait for the RTH open, swap, observe.',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw new UsageFailure(
      `a ship ${workflowId} is under way`,
      'watch it with `believe ship status`, or give another --id',
    );
  }
}

/** `ship/2026-11-23T00-12-05`: sorts by time, and is a file name on every platform once `/` is replaced. */
export function shipIdAt(nowMs: number): string {
  return `ship/${new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '-')}`;
}
