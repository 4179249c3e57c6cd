import { availableParallelism } from 'node:os';
import { WorkflowNotFoundError } from '@temporalio/client';
import { createFoldActivities } from '../activities/research/fold-steps.js';
import { createResearchActivities } from '../activities/research/index.js';
import { measuringPublicKey } from '../research/evidence/measuring-keys.js';
import { obtainLibxgboost } from '../setup/libxgboost.js';
import { TASK_QUEUES } from '../shared/orchestration/ship/task-queues.js';
import { openTraces } from '../telemetry/open-traces.js';
import { connectClient } from '../temporal/client.js';
import { serverAddress } from '../temporal/server-address.js';
import { codeIdentity } from './code-identity.js';
import { foldTasks } from './fold-tasks.js';
import { runWorker } from './run-worker.js';
import { logLine, metricsPlace, workerConfig } from './worker-options.js';

/** The research worker: trains and gates, and signs what it measures. It holds no release key and no broker credential. */
const config = workerConfig();
const { home } = config;
const library = await obtainLibxgboost();
const server = serverAddress(config, 'research');

await runWorker(
  {
    ...server,
    identity: `research@${process.pid}`,
    metrics: metricsPlace(config, 'researchPort'),
    traces: await openTraces(config, 'research', logLine),
    deployment: null,
  },
  [
    {
      taskQueue: TASK_QUEUES.research,
      // Fits run on threads of their own, one a core; a few steps more keep the quick ones from waiting behind them.
      maxConcurrentActivityTaskExecutions: availableParallelism() + 4,
      activities: createResearchActivities({ config, library, ...codeIdentity(), isOpen }),
    },
    ...(config.training.shareFolds
      ? [foldTasks(createFoldActivities({ config, library, planners: () => [measuringPublicKey(home)], code: null }))]
      : []),
  ],
);

async function isOpen(workflowId: string, runId: string): Promise<boolean> {
  const client = await connectClient(server);
  try {
    const { status } = await client.workflow.getHandle(workflowId, runId).describe();
    return status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false; // past the server's retention: long over
    throw error;
  } finally {
    await client.connection.close();
  }
}
