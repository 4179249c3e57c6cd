import assert from 'node:assert/strict';
import { Worker } from '@temporalio/worker';
import { TASK_QUEUES } from '../../shared/orchestration/ship/task-queues.js';
import { makeCurrent, ORCHESTRATOR_DEPLOYMENT } from '../../temporal/deployment.js';
import { bundleWorkflows } from '../../temporal/workflow-bundle.js';
import { ScriptedServer } from '../workflows/scripted-server.js';
import { scriptedTiers } from '../workflows/scripted-tiers.js';

describe('a versioned deployment', () => {
  let server: ScriptedServer;
  before(async () => {
    server = await ScriptedServer.open();
  });
  after(async () => {
    await server.close();
  });

  it('takes new ships once its build is the current one, and pins them to it', async () => {
    const { client, nativeConnection } = server.env;
    const { codePath, buildId } = await bundleWorkflows();
    const tiers = scriptedTiers({});
    const workers = await Promise.all([
      Worker.create({
        connection: nativeConnection,
        taskQueue: TASK_QUEUES.workflows,
        workflowBundle: { codePath },
        workerDeploymentOptions: {
          useWorkerVersioning: true,
          version: { deploymentName: ORCHESTRATOR_DEPLOYMENT, buildId },
          defaultVersioningBehavior: 'PINNED',
        },
      }),
      Worker.create({ connection: nativeConnection, taskQueue: TASK_QUEUES.research, activities: tiers.research }),
      Worker.create({ connection: nativeConnection, taskQueue: TASK_QUEUES.broker, activities: tiers.broker }),
    ]);
    const running = workers.map((worker) => worker.run());
    try {
      await makeCurrent(client, buildId);
      const ship = await server.start('versioned');
      assert.equal((await ship.result()).outcome, 'Live');
      const { raw } = await ship.describe();
      const version = raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion;
      assert.deepEqual([version?.deploymentName, version?.buildId], [ORCHESTRATOR_DEPLOYMENT, buildId]);
    } finally {
      for (const worker of workers) worker.shutdown();
      await Promise.all(running);
    }
  });
});
