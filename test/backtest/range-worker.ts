import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createBacktestSteps } from '../../activities/research/backtest-steps.js';
import { loadConfig } from '../../shared/node/config/load-config.js';
import { TASK_QUEUES } from '../../shared/orchestration/ship/task-queues.js';

/** A research worker that runs days of backtests and nothing else: `node range-worker.js ADDRESS HOME`. */
const [address = '', home = ''] = process.argv.slice(2);
Runtime.install({ logger: new DefaultLogger('ERROR') });
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address }),
  taskQueue: TASK_QUEUES.research,
  maxConcurrentActivityTaskExecutions: 2,
  activities: createBacktestSteps({ config: { ...loadConfig({ env: {} }), home, backtest: { folders: [home] } } }),
});
process.stdout.write('ready\n');
await worker.run();
