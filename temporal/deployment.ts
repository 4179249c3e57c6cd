import { setTimeout as pause } from 'node:timers/promises';
import { type Client, isGrpcServiceError } from '@temporalio/client';
import proto from '@temporalio/proto';
import { TASK_QUEUES } from '../shared/orchestration/ship/task-queues.js';

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

/** Whether a worker of a build asks for work now: one that has ended is remembered by the server for some minutes more. */
export async function isPolled(client: Client, buildId: string, sinceMs: number): Promise<boolean> {
  return (await pollsOfWorkflows(client)).some((poll) => poll.buildId === buildId && poll.atMs >= sinceMs);
}

/** Builds whose workers have asked for work in the last minutes. */
export async function pollingBuilds(client: Client): Promise<string[]> {
  return [...new Set((await pollsOfWorkflows(client)).map(({ buildId }) => buildId))].sort();
}

async function pollsOfWorkflows(client: Client): Promise<{ buildId: string; atMs: number }[]> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: TASK_QUEUES.workflows },
    taskQueueType: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
  });
  return (pollers ?? []).flatMap(({ deploymentOptions: of, lastAccessTime }) =>
    of?.deploymentName === ORCHESTRATOR_DEPLOYMENT && of.buildId
      ? [{ buildId: of.buildId, atMs: Number(lastAccessTime?.seconds ?? 0) * 1000 }]
      : [],
  );
}

/** What the server knows of a build of the workflows. */
export interface BuildUse {
  /** New runs start on it; runs are left on it; none is left, by an account that is minutes behind; it never had any. */
  readonly state: 'current' | 'draining' | 'drained' | 'unused';
  /** Runs under way that only this build can go on with: ships, and whatever else is a workflow. */
  readonly runs: readonly string[];
}

export async function useOfBuild(client: Client, buildId: string): Promise<BuildUse> {
  const of = `${ORCHESTRATOR_DEPLOYMENT}:${buildId}`;
  const query = `TemporalWorkerDeploymentVersion = '${of}' AND ExecutionStatus = 'Running'`;
  const runs: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query })) runs.push(workflowId);
  return { state: await stateOfVersion(client, buildId), runs: runs.sort() };
}

async function stateOfVersion(client: Client, buildId: string): Promise<BuildUse['state']> {
  const { WorkerDeploymentVersionStatus: of } = proto.temporal.api.enums.v1;
  switch ((await describeVersion(client, buildId))?.status) {
    case undefined:
    case of.WORKER_DEPLOYMENT_VERSION_STATUS_INACTIVE:
      return 'unused';
    case of.WORKER_DEPLOYMENT_VERSION_STATUS_DRAINED:
      return 'drained';
    case of.WORKER_DEPLOYMENT_VERSION_STATUS_DRAINING:
      return 'draining';
    default:
      return 'current';
  }
}

/** Null where no worker of it has ever reported. */
async function describeVersion(client: Client, buildId: string) {
  try {
    const { workerDeploymentVersionInfo } = await client.workflowService.describeWorkerDeploymentVersion({
      namespace: client.options.namespace,
      deploymentVersion: { deploymentName: ORCHESTRATOR_DEPLOYMENT, buildId },
    });
    return workerDeploymentVersionInfo ?? null;
  } catch (error) {
    if (isGrpcServiceError(error) && error.code === NOT_FOUND) return null;
    throw error;
  }
}
