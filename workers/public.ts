import { createPublicActivities } from '../activities/public/index.js';
import { monthReport, openPublisher } from '../research/public/open-publisher.js';
import { TASK_QUEUES } from '../shared/orchestration/ship/task-queues.js';
import { serverAddress } from '../temporal/server-address.js';
import { runWorker } from './run-worker.js';
import { workerConfig } from './worker-options.js';

/** The process that publishes: it holds the state key, and neither signs releases nor reads the store. */
const config = workerConfig();
await runWorker(
  {
    ...serverAddress(config, 'research'),
    identity: `public@${process.pid}`,
    metrics: null,
    traces: null,
    deployment: null,
  },
  {
    taskQueue: TASK_QUEUES.public,
    // Two would write the same log.
    maxConcurrentActivityTaskExecutions: 1,
    activities: createPublicActivities({
      openPublisher: () => openPublisher(config),
      monthReport: (month) => monthReport(config, month),
    }),
  },
);
