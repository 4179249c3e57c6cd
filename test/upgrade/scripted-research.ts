import { appendFileSync, existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { activityInfo } from '@temporalio/activity';
import { step } from '../../activities/step.js';
import { TASK_QUEUES } from '../../shared/orchestration/ship/task-queues.js';
import { serverAddress } from '../../temporal/server-address.js';
import { runWorker } from '../../workers/run-worker.js';
import { workerConfig } from '../../workers/worker-options.js';
import { scriptedTiers } from '../workflows/scripted-tiers.js';

// The research worker of a build in tests: it answers by a script, writes down each call, holds ships that are called so, and
// does not end a step of a ship called `stepping` before the test lets it.

const config = workerConfig();
const at = (name: string) => path.join(config.home, name);

const { research } = scriptedTiers({
  before: async (name) => {
    const { workflowExecution, attempt } = activityInfo();
    const ship = workflowExecution!.workflowId;
    appendFileSync(at('calls.jsonl'), `${JSON.stringify({ ship, step: name, attempt })}\n`);
    if (name === 'buildSamples' && ship === 'ship/stepping') await step(({ signal }) => untilLet(signal));
  },
});

await runWorker(
  { ...serverAddress(config), identity: `research@${process.pid}`, metrics: null, traces: null, deployment: null },
  {
    taskQueue: TASK_QUEUES.research,
    activities: {
      ...research,
      judgeGate: async (ask: Parameters<typeof research.judgeGate>[0]) => ({
        ...(await research.judgeGate(ask)),
        ...(ask.shipId.includes('held') ? { verdict: 'hold', reasons: ['few trade dates'] } : {}),
      }),
    },
  },
);

async function untilLet(signal: AbortSignal): Promise<void> {
  while (!existsSync(at('go'))) {
    signal.throwIfAborted();
    await pause(50);
  }
}
