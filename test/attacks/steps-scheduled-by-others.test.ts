import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { obtainTemporal } from '../../setup/temporal-binary.js';
import { TASK_QUEUES } from '../../shared/orchestration/ship/task-queues.js';
import { HostileCaller, SECRET } from './hostile-caller.js';
import type { foreignWorkflow } from './steps-of-ours.js';

const FOREIGN = fileURLToPath(new URL('./steps-of-ours.js', import.meta.url));

/** The server is real, the steps are those of the workers, and the workflow is somebody else's. */
describe('attack: a foreign worker that schedules our steps over a real server', function () {
  this.timeout(120_000);
  let caller: HostileCaller;
  let server: TestWorkflowEnvironment;
  let workers: Worker[];
  let running: Promise<void>[];
  before(async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    caller = await HostileCaller.enter();
    const executable = { type: 'existing-path', path: (await obtainTemporal()).path } as const;
    server = await TestWorkflowEnvironment.createLocal({ server: { executable } });
    const connection = server.nativeConnection;
    workers = await Promise.all([
      Worker.create({ connection, taskQueue: 'foreign', workflowsPath: FOREIGN }),
      Worker.create({ connection, taskQueue: TASK_QUEUES.research, activities: { ...caller.research } }),
      Worker.create({ connection, taskQueue: TASK_QUEUES.broker, activities: { ...caller.broker } }),
    ]);
    running = workers.map((worker) => worker.run());
  });
  after(async () => {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
    await server.teardown();
    caller.leave();
  });
  const schedule = async (...steps: Parameters<typeof foreignWorkflow>[0]) =>
    await server.client.workflow.execute<typeof foreignWorkflow>('foreignWorkflow', {
      ...{ workflowId: `foreign/${Math.random()}`, taskQueue: 'foreign', args: [steps] },
    });

  it('learns nothing of any file outside a run’s folder', async () => {
    const secret = readFileSync(caller.secretFile);
    const hash = createHash('sha256').update(secret).digest('hex');
    const shipId = 'ship/theirs~0a1b2c3d';
    const backtestId = 'backtest/theirs~0a1b2c3d';
    const aimed = [
      caller.secretFile,
      '/etc/shadow',
      '/etc/passwd',
      '/dev/ptmx',
      '/proc/self/environ',
      'broker/keys/releases.password',
    ];
    const measured = { payloadType: 'x', payload: 'e30=', signatures: [{ keyid: hash, sig: 'AA==' }] };
    const made = (reference: object) => ({ score: reference, models: reference, measured });
    const [opened, ...answers] = await schedule(
      { queue: TASK_QUEUES.research, step: 'openShip', ask: { shipId, request: {} } },
      ...aimed.flatMap((uri) => {
        const reference = { uri, sha256: hash, bytes: secret.length };
        const samples = { head: 'F2_dom', samples: reference };
        return Object.entries({
          buildSamples: { shipId, trainingSet: { manifest: reference } },
          trainHead: { shipId, samples },
          planGate: { shipId, samples: [samples] },
          scoreFold: { shipId, plan: { priorVersion: null }, samples, fold: 0 },
          judgeGate: { shipId, plan: { priorVersion: null }, scores: [{ head: 'F2_dom', fold: 0, score: reference }] },
          takeFold: { shipId, plan: { priorVersion: null }, head: 'F2_dom', fold: 0, made: made(reference) },
          scoreDay: { shipId, plan: { priorVersion: null }, tradeDate: 20140102 },
          scoreRecipe: { shipId, search: {}, samples, trial: 0, rung: 0 },
          concludeSearch: { shipId, search: {} },
          planBacktest: { backtestId, request: { files: [uri], bars: [uri], release: uri } },
          backtestDay: { backtestId, plan: { plan: reference }, tradeDate: '2014-01-02' },
          concludeBacktest: { backtestId, plan: { plan: reference }, days: [{ tradeDate: uri, result: reference }] },
        }).map(([step, ask]) => ({ queue: TASK_QUEUES.research, step, ask }));
      }),
    );
    assert.match(opened!, /^ACCEPTED/);
    assert.equal(answers.length, 12 * aimed.length);
    for (const answer of answers) {
      assert.doesNotMatch(answer, /^ACCEPTED/);
      for (const word of [SECRET, hash, 'root:x:0', 'root:*', 'PATH=']) assert.ok(!answer.includes(word), answer);
    }
  });

  it('writes nothing outside a run’s folder, and arms nothing under a name of its own', async () => {
    const before = readdirSync(caller.home).sort();
    const release = { modelVersion: 1, counter: 1, payloadSha256: '0'.repeat(64), notBeforeMarketMs: 0 };
    const names = { tarball: 'believe-v1.tar.gz', envelope: 'believe-v1.dsse.json' };
    const answers = await schedule(
      { queue: TASK_QUEUES.research, step: 'openShip', ask: { shipId: '..', request: {} } },
      { queue: TASK_QUEUES.research, step: 'takeLane', ask: { shipId: '../../x' } },
      { queue: TASK_QUEUES.broker, step: 'armSwap', ask: { ...release, ...names, shipId: '..' } },
      { queue: TASK_QUEUES.broker, step: 'haltTrading', ask: { shipId: '', reason: 'x' } },
      ...['pullRelease', 'verifyRelease', 'armSwap'].map((step) => ({
        ...{ queue: TASK_QUEUES.broker, step },
        ask: { ...release, ...names, shipId: 'ship/a~0a1b2c3d', tarball: '../../signer/keys/*' },
      })),
    );
    for (const answer of answers) assert.match(answer, /^the step was asked wrongly/);
    assert.deepEqual(readdirSync(caller.home).sort(), before);
    for (const place of ['armed', 'control', 'incoming'])
      assert.equal(existsSync(path.join(caller.home, 'broker', place)), false);
  });
});
