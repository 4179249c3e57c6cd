import { createAlarmActivities } from '../activities/alarms/index.js';
import { homePlaces } from '../shared/config/home-places.js';
import { TASK_QUEUES } from '../shared/orchestration/ship/task-queues.js';
import { serverAddress } from '../temporal/server-address.js';
import { channelsPlace } from '../watch/channels-place.js';
import { Deliveries } from '../watch/deliver.js';
import { runWorker } from './run-worker.js';
import { workerConfig } from './worker-options.js';

/** The process that tells alarms: it holds the channels' secrets, and nothing else. */
const config = workerConfig();
const { watch } = homePlaces(config.home);
await runWorker(
  {
    ...serverAddress(config, 'research'),
    identity: `alarms@${process.pid}`,
    metrics: null,
    traces: null,
    deployment: null,
  },
  {
    taskQueue: TASK_QUEUES.alarms,
    maxConcurrentActivityTaskExecutions: 10,
    activities: createAlarmActivities({
      deliveries: new Deliveries(watch.deliveries, channelsPlace(config)),
      ...{ silencesFile: watch.silences, linkKeyFile: watch.linkKey, pageUrl: config.watch.pageUrl },
    }),
  },
);
