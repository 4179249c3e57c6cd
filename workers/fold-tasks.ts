import { availableParallelism } from 'node:os';
import type { FoldActivities } from '../activities/research/fold-contract.js';
import { TASK_QUEUES } from '../shared/orchestration/ship/task-queues.js';
import type { WorkerTasks } from './run-worker.js';

/** As many folds as there are cores: whoever took more would keep them from hosts that are free. */
export function foldTasks(activities: FoldActivities): WorkerTasks {
  return {
    taskQueue: TASK_QUEUES.folds,
    maxConcurrentActivityTaskExecutions: availableParallelism(),
    activities: { ...activities },
  };
}
