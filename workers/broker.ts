import { createBrokerActivities } from '../activities/broker/index.js';
import { obtainRsync } from '../setup/rsync.js';
import { followedFolder } from '../shared/config/config.js';
import { homePlaces } from '../shared/config/home-places.js';
import { isLoopback } from '../shared/config/loopback.js';
import { clockSpecFile } from '../shared/node/clock-spec-file.js';
import { contractInUse } from '../shared/node/contract/rolls-file.js';
import { TASK_QUEUES } from '../shared/orchestration/ship/task-queues.js';
import { productOf } from '../shared/trust/product.js';
import { openTraces } from '../telemetry/open-traces.js';
import { serverAddress } from '../temporal/server-address.js';
import { runWorker } from './run-worker.js';
import { logLine, metricsPlace, workerConfig } from './worker-options.js';

/** The broker worker: pulls, verifies, arms; seals and sends what the bridge wrote. It shares a folder with the bridge, and nothing else. */
const config = workerConfig();
const rsync = await obtainRsync({ reach: isLoopback(config.rsync.host) ? 'loopback' : 'network' });
const traces = await openTraces(config, 'broker', logLine);
traces?.sendBridgeSpans(homePlaces(config.home).broker.armed);
await runWorker(
  {
    ...serverAddress(config, 'broker'),
    identity: `broker@${process.pid}`,
    metrics: metricsPlace(config, 'brokerPort'),
    traces,
    deployment: null,
  },
  {
    taskQueue: TASK_QUEUES.broker,
    maxConcurrentActivityTaskExecutions: 20,
    activities: createBrokerActivities({
      brokerFolder: homePlaces(config.home).broker.folder,
      clockFile: clockSpecFile(config.home),
      product: productOf(config.instrument),
      instrument: () => contractInUse(homePlaces(config.home).broker.rolls, config.instrument),
      upload: config.upload,
      second: {
        isExpected: followedFolder(config) !== null,
        statusFile: homePlaces(config.home).broker.sierraStatus,
        patienceSeconds: config.sierra.patienceSeconds,
      },
      rollsByVolume: config.instrument.roll?.rule === 'volume',
      rsync: { path: rsync.path, ...config.rsync },
    }),
  },
);
