import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from '@temporalio/worker';
import { runCommand } from '../../setup/run-command.js';
import { TASK_QUEUES } from '../../shared/orchestration/ship/task-queues.js';
import { ORCHESTRATOR_DEPLOYMENT } from '../../temporal/deployment.js';
import { bundleWorkflows } from '../../temporal/workflow-bundle.js';
import { ScriptedServer } from '../workflows/scripted-server.js';
import { scriptedTiers } from '../workflows/scripted-tiers.js';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

describe('a versioned deployment', () => {
  let server: ScriptedServer;
  before(async () => {
    server = await ScriptedServer.open();
  });
  after(async () => {
    await server.close();
  });

  it('takes new ships once its build is the current one, and pins them to it', async () => {
    const { nativeConnection } = server.env;
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
      assert.equal(await madeCurrent(server), buildId);
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

/** By the command, on a server that `believe up` does not start. @returns the build that new ships start on */
async function madeCurrent({ env }: ScriptedServer): Promise<string> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'believe-current-'));
  try {
    const config = path.join(folder, 'believe.config.json');
    const temporal = { embedded: false, address: env.address, namespace: env.client.options.namespace };
    writeFileSync(config, JSON.stringify({ home: folder, temporal }));
    const words = [MAIN, 'temporal', 'current', '--config', config, '--json'];
    const { status, stdout, stderr } = await runCommand(process.execPath, words, { timeLimitMs: 60_000 });
    assert.equal(status, 0, stderr);
    return (JSON.parse(stdout) as { buildId: string }).buildId;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
