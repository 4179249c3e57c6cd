import { type Client, WorkflowExecutionAlreadyStartedError, type WorkflowHandle } from '@temporalio/client';
import type { CapturedDay } from '../../shared/contract/capture-file.js';
import { UsageFailure } from '../../shared/failure.js';
import type { CaptureDaysInput, CaptureInput } from '../../shared/orchestration/path/messages.js';
import { captureId } from '../../shared/orchestration/path/path-ids.js';
import { TASK_QUEUES } from '../../shared/orchestration/ship/task-queues.js';
import type { captureDay, captureDays } from '../../workflows/index.js';

/** Starts the run of a day under its id. @throws UsageFailure where it is under way */
export async function startCapture(
  client: Client,
  input: Required<CaptureInput> & CapturedDay,
): Promise<WorkflowHandle<typeof captureDay>> {
  const workflowId = captureId(input);
  try {
    return await client.workflow.start<typeof captureDay>('captureDay', {
      workflowId,
      taskQueue: TASK_QUEUES.workflows,
      args: [input],
      staticSummary: `${input.instrument} of ${input.tradeDate} into the store`,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw new UsageFailure(`${workflowId} is under way`, 'watch it with `believe capture ls`');
  }
}

/** Starts the run that brings home all that is missing. @throws UsageFailure where one is under way */
export async function startCaptures(
  client: Client,
  input: CaptureDaysInput,
): Promise<WorkflowHandle<typeof captureDays>> {
  try {
    return await client.workflow.start<typeof captureDays>('captureDays', {
      workflowId: MISSING_DAYS_ID,
      taskQueue: TASK_QUEUES.workflows,
      args: [input],
      staticSummary: 'captured days into the store',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw new UsageFailure(`${MISSING_DAYS_ID} is under way`, 'watch it with `believe capture ls`');
  }
}

const MISSING_DAYS_ID = 'capture/missing';
