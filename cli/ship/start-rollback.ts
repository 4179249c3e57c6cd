import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { UsageFailure } from '../../shared/failure.js';
import type { RollbackInput } from '../../shared/orchestration/ship/messages.js';
import { TASK_QUEUES } from '../../shared/orchestration/ship/task-queues.js';
import type { rollBackModel } from '../../workflows/index.js';
import type { ShipHandle } from './find-ship.js';
import { idAt } from './readable-id.js';

/** Starts what operators have ordered. @throws UsageFailure when a rollback with this id is under way */
export async function startRollback(client: Client, workflowId: string, order: RollbackInput): Promise<ShipHandle> {
  try {
    return await client.workflow.start<typeof rollBackModel>('rollBackModel', {
      workflowId,
      taskQueue: TASK_QUEUES.workflows,
      args: [order],
      staticSummary: 'rollback that operators ordered',
      staticDetails: 'Brings the bytes of an older release back at once: sign, push, verify, swap, observe.',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw new UsageFailure(`${workflowId} is under way`, 'watch it with `believe ship status`, or give another --id');
  }
}

export function rollbackIdAt(nowMs: number): string {
  return idAt('rollback', nowMs);
}
