import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { MockActivityEnvironment, TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { obtainTemporal } from '../../setup/temporal-binary.js';
import { backtestInput } from '../../shared/orchestration/backtest/messages.js';
import { REGISTERED_ATTRIBUTES } from '../../shared/orchestration/registered-attributes.js';
import { shipInput } from '../../shared/orchestration/ship/messages.js';
import { TASK_QUEUES } from '../../shared/orchestration/ship/task-queues.js';
import { bundleWorkflows } from '../../temporal/workflow-bundle.js';
import { HostileCaller } from './hostile-caller.js';

const MIB = 2 ** 20;

describe('attack: an input that keeps a worker busy or fills its memory', function () {
  this.timeout(120_000);
  let caller: HostileCaller;
  before(async () => {
    caller = await HostileCaller.enter();
  });
  after(() => caller.leave());

  it('is refused where it is longer than any that is meant', () => {
    const path = '/data/day.jsonl';
    const refused = (input: object) => assert.equal(backtestInput.safeParse(input).success, false);
    refused({ files: Array.from({ length: 20_000 }, () => path) });
    refused({ bars: Array.from({ length: 20_000 }, () => path) });
    refused({ files: ['/'.repeat(10_000)] });
    refused({ release: '/'.repeat(10_000) });
    refused({ instrument: 'E'.repeat(10_000) });
    refused({ settings: Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`s${index}`, 1])) });
    assert.equal(shipInput.safeParse({ note: 'x'.repeat(10_000) }).success, false);
    assert.equal(shipInput.safeParse({ requestedBy: 'x'.repeat(10_000) }).success, false);
  });

  it('costs no memory for each file that it names', async () => {
    const files = Array.from({ length: 300 }, () => caller.depthFile);
    const request = backtestInput.parse({ files, release: caller.depthFile });
    const beforeBytes = process.memoryUsage().rss;
    let peakBytes = 0;
    const watch = setInterval(() => {
      peakBytes = Math.max(peakBytes, process.memoryUsage().rss);
    }, 10);
    await caller.refusal(caller.research.planBacktest, { backtestId: 'backtest/a~0a1b2c3d', request });
    clearInterval(watch);
    assert.ok(
      peakBytes - beforeBytes < 400 * MIB,
      `${Math.round((peakBytes - beforeBytes) / MIB)} MiB more than before`,
    );
  });

  it('ends when its step is cancelled', async () => {
    const request = { files: Array.from({ length: 5000 }, () => caller.depthFile) };
    const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
    const planning = environment.run(caller.research.planBacktest, {
      backtestId: 'backtest/a~0a1b2c3d',
      request: backtestInput.parse(request),
    });
    planning.catch(() => undefined);
    await pause(300);
    const cancelledAtMs = Date.now();
    environment.cancel();
    await assert.rejects(planning);
    assert.ok(Date.now() - cancelledAtMs < 2000);
  });

  it('ends when its workflow is terminated', async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    const extraArgs = REGISTERED_ATTRIBUTES.flatMap(({ name, type }) => ['--search-attribute', `${name}=${type}`]);
    const executable = { type: 'existing-path', path: (await obtainTemporal()).path } as const;
    const server = await TestWorkflowEnvironment.createLocal({ server: { executable, extraArgs } });
    const { research } = caller;
    let begun = false;
    let ended = false;
    const watched: typeof research.planBacktest = async (ask) => {
      begun = true;
      try {
        return await research.planBacktest(ask);
      } finally {
        ended = true;
      }
    };
    const { codePath } = await bundleWorkflows();
    const connection = server.nativeConnection;
    const workers = await Promise.all([
      Worker.create({ connection, taskQueue: TASK_QUEUES.workflows, workflowBundle: { codePath } }),
      Worker.create({
        connection,
        taskQueue: TASK_QUEUES.research,
        activities: { ...research, planBacktest: watched },
      }),
    ]);
    const running = workers.map((worker) => worker.run());
    try {
      const run = await server.client.workflow.start('backtestRange', {
        ...{ workflowId: 'backtest/endless', taskQueue: TASK_QUEUES.workflows },
        args: [{ files: Array.from({ length: 5000 }, () => caller.depthFile) }],
      });
      while (!begun) await pause(50);
      await pause(500);
      assert.equal(ended, false, 'the input is too short for this test');
      await run.terminate();
      const terminatedAtMs = Date.now();
      // The worker is told in the answer to its next heartbeat that the server takes, every eight seconds.
      while (!ended && Date.now() - terminatedAtMs < 15_000) await pause(100);
      assert.ok(ended, 'the step went on without its workflow');
    } finally {
      for (const worker of workers) worker.shutdown();
      await Promise.all(running);
      await server.teardown();
    }
  });
});
