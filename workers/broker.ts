import { createBrokerActivities } from '../activities/broker/index.js';
import { PathHours } from '../activities/broker/path-hours.js';
import { createBrokerPathActivities } from '../activities/broker/path-steps.js';
import { sharedClock } from '../activities/broker/shared-clock.js';
import { rsyncTransport } from '../activities/broker/transport.js';
import { obtainRsync } from '../setup/rsync.js';
import { homePlaces } from '../shared/config/home-places.js';
import { isLoopback } from '../shared/config/loopback.js';
import { clockSpecFile } from '../shared/node/clock-spec-file.js';
import { TASK_QUEUES } from '../shared/orchestration/ship/task-queues.js';
import { productOf } from '../shared/trust/product.js';
import { serverAddress } from '../temporal/server-address.js';
import { runWorker } from './run-worker.js';
import { workerConfig } from './worker-options.js';

/** The broker worker: pulls, verifies, arms. It shares a folder with the bridge, and nothing else. */
const config = workerConfig();
const rsync = await obtainRsync({ reach: isLoopback(config.rsync.host) ? 'loopback' : 'network' });
const reach = { path: rsync.path, ...config.rsync };
const brokerFolder = homePlaces(config.home).broker.folder;
const clockFile = clockSpecFile(config.home);
const hours = new PathHours(config.instrument.symbol, () => sharedClock(clockFile));
await runWorker(
  {
    ...serverAddress(config, 'broker'),
    identity: `broker@${process.pid}`,
    metricsPort: config.metrics.brokerPort,
    deployment: null,
  },
  {
    taskQueue: TASK_QUEUES.broker,
    maxConcurrentActivityTaskExecutions: 20,
    activities: {
      ...createBrokerActivities({ brokerFolder, clockFile, product: productOf(config.instrument), rsync: reach }),
      ...createBrokerPathActivities({
        ...{ brokerFolder, upload: config.upload, hours, instrument: config.instrument.localSymbol },
        tradeDateNow: () => hours.tradeDateNow(),
        transport: rsyncTransport(brokerFolder, reach, config.upload),
      }),
    },
  },
);
