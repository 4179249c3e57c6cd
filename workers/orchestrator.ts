import { TASK_QUEUES } from '../shared/orchestration/ship/task-queues.js';
import { openTraces } from '../telemetry/open-traces.js';
import { ORCHESTRATOR_DEPLOYMENT } from '../temporal/deployment.js';
import { encrypts } from '../temporal/payload-encryption.js';
import { serverAddress } from '../temporal/server-address.js';
import { bundleWorkflows } from '../temporal/workflow-bundle.js';
import { runWorker } from './run-worker.js';
import { logLine, metricsPlace, workerConfig } from './worker-options.js';

/** The orchestrator: workflow tasks only. It holds nothing secret, and a new one replays where the old one stopped. */
const config = workerConfig();
const traces = await openTraces(config, 'orchestrator', logLine);
const { codePath, buildId } = await bundleWorkflows({ encodesFailures: encrypts(config), traces: traces !== null });
await runWorker(
  {
    ...serverAddress(config, 'orchestrator'),
    identity: `orchestrator@${process.pid}`,
    metrics: metricsPlace(config, 'orchestratorPort'),
    traces,
    deployment: config.temporal.versioned ? { name: ORCHESTRATOR_DEPLOYMENT, buildId } : null,
  },
  { taskQueue: TASK_QUEUES.workflows, workflowBundle: { codePath } },
);
