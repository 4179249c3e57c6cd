import { type Client, WorkflowExecutionAlreadyStartedError, type WorkflowHandle } from '@temporalio/client';
import { UsageFailure } from '../../shared/failure.js';
import type { CaptureInput } from '../../shared/orchestration/path/messages.js';
import { captureId } from '../../shared/orchestration/path/path-ids.js';
import { TASK_QUEUES } from '../../shared/orchestration/ship/task-queues.js';
import type { captureDay } from '../../workflows/index.js';

/** Starts the run of a day under its id. @throws UsageFailure where it is under way */
export async function startCapture(client: Client, input: CaptureInput): Promise<WorkflowHandle<typeof captureDay>> {
  const { instrument, tradeDate } = input;
  const workflowId =
    instrument && tradeDate
      ? captureId({ instrument, tradeDate })
      : `capture/${instrument ?? 'default'}/${tradeDate ?? 'newest'}`;
  try {
    return await client.workflow.start<typeof captureDay>('captureDay', {
      workflowId,
      taskQueue: TASK_QUEUES.workflows,
      args: [input],
      staticSummary: 'a captured day into the store',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw new UsageFailure(`${workflowId} is under way`, 'watch it with `believe capture ls`');
  }
}
