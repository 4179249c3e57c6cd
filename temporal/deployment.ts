import { setTimeout as pause } from 'node:timers/promises';
import { type Client, isGrpcServiceError } from '@temporalio/client';

/** Name under which the orchestrator's versions are deployed. */
export const ORCHESTRATOR_DEPLOYMENT = 'believe-orchestrator';

const NOT_FOUND = 5;
const FAILED_PRECONDITION = 9;
const POLL_MS = 250;

/**
 * Lets new ships start on this build of the workflows; a ship under way stays on the build it began with (PINNED), as
 * long as a worker of that build runs. Waits until a worker of the build has reported.
 */
export async function makeCurrent(client: Client, buildId: string, signal?: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await client.workflowService.setWorkerDeploymentCurrentVersion({
        namespace: client.options.namespace,
        deploymentName: ORCHESTRATOR_DEPLOYMENT,
        buildId,
        identity: client.options.identity,
      });
      return;
    } catch (error) {
      const notYet = isGrpcServiceError(error) && (error.code === NOT_FOUND || error.code === FAILED_PRECONDITION);
      if (!notYet) throw error;
      await pause(POLL_MS, undefined, { signal });
    }
  }
}
