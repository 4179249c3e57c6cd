import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { UsageFailure } from '../../shared/failure.js';
import type { ShipInput } from '../../shared/orchestration/ship/messages.js';
import { TASK_QUEUES } from '../../shared/orchestration/ship/task-queues.js';
import type { shipModel } from '../../workflows/index.js';
import type { ShipHandle } from './find-ship.js';
import { idAt } from './readable-id.js';

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

export function shipIdAt(nowMs: number): string {
  return idAt('ship', nowMs);
}
