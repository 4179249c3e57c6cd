import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { WorkflowFailedError } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { BacktestResult } from '../../activities/research/backtest-contract.js';
import { type BacktestSummary, summarise } from '../../research/backtest/backtest-report.js';
import { obtainTemporal } from '../../setup/temporal-binary.js';
import type { BacktestInput } from '../../shared/orchestration/backtest/messages.js';
import { REGISTERED_ATTRIBUTES } from '../../shared/orchestration/registered-attributes.js';
import { SHIP_ATTRIBUTES } from '../../shared/orchestration/ship/search-attributes.js';
import { TASK_QUEUES } from '../../shared/orchestration/ship/task-queues.js';
import { bundleWorkflows } from '../../temporal/workflow-bundle.js';
import type { backtestRange } from '../../workflows/index.js';
import { HISTORIES } from '../workflows/scripted-server.js';
import { Days } from './days.js';

const run = promisify(execFile);
const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
const WORKER = fileURLToPath(new URL('./range-worker.js', import.meta.url));

/** A real server, an orchestrator in this process, and research workers in processes of their own. */
class Yard {
  private readonly workers = new Set<ChildProcess>();
  private runs = 0;

  private constructor(
    readonly env: TestWorkflowEnvironment,
    private readonly orchestrator: Worker,
    private readonly running: Promise<void>,
    readonly home: string,
  ) {}

  static async open(home: string): Promise<Yard> {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    const attributes = REGISTERED_ATTRIBUTES.flatMap(({ name, type }) => ['--search-attribute', `${name}=${type}`]);
    const executable = { type: 'existing-path', path: (await obtainTemporal()).path } as const;
    const env = await TestWorkflowEnvironment.createLocal({ server: { executable, extraArgs: attributes } });
    const { codePath } = await bundleWorkflows();
    const orchestrator = await Worker.create({
      ...{ connection: env.nativeConnection, taskQueue: TASK_QUEUES.workflows, workflowBundle: { codePath } },
    });
    return new Yard(env, orchestrator, orchestrator.run(), home);
  }

  async close(): Promise<void> {
    for (const worker of this.workers) await this.kill(worker);
    this.orchestrator.shutdown();
    await this.running;
    await this.env.teardown();
  }

  async startWorker(): Promise<ChildProcess> {
    const worker = spawn(process.execPath, [WORKER, this.env.address, this.home], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.workers.add(worker);
    await once(worker.stdout!, 'data');
    return worker;
  }

  async kill(worker: ChildProcess): Promise<void> {
    this.workers.delete(worker);
    if (worker.exitCode !== null) return;
    const gone = once(worker, 'exit');
    worker.kill('SIGKILL');
    await gone;
  }

  async start(input: BacktestInput) {
    return await this.env.client.workflow.start<typeof backtestRange>('backtestRange', {
      ...{ workflowId: `backtest/${++this.runs}`, taskQueue: TASK_QUEUES.workflows, args: [input] },
    });
  }

  /** Days that a run has written so far. */
  daysDone(workflowId: string): string[] {
    const folder = path.join(this.home, 'research', 'backtests');
    const [run] = existsSync(folder)
      ? readdirSync(folder).filter((name) => name.startsWith(`${workflowId.replace('/', '+')}~`))
      : [];
    const days = run && path.join(folder, run, 'days');
    return days && existsSync(days) ? readdirSync(days).filter((name) => name.endsWith('.json')) : [];
  }

  /** With BELIEVE_RECORD=1 the history becomes one that test/workflows/replay.test.ts replays. */
  async record(name: string, workflowId: string): Promise<void> {
    if (process.env.BELIEVE_RECORD !== '1') return;
    const history = await this.env.client.workflow.getHandle(workflowId).fetchHistory();
    mkdirSync(HISTORIES, { recursive: true });
    writeFileSync(path.join(HISTORIES, `${name}.json`), `${JSON.stringify(JSON.parse(historyToJSON(history)))}\n`);
  }
}

describe('backtestRange', function () {
  this.timeout(240_000);
  let days: Days;
  let yard: Yard;
  let input: BacktestInput;
  let inSequence: BacktestSummary;
  before(async () => {
    days = await Days.make(4, 12);
    inSequence = summarise(await days.backtest());
    input = { files: [...days.files], bars: [days.bars], release: days.candidate };
    yard = await Yard.open(days.folder);
  });
  after(async () => {
    await yard?.close();
    await days.remove();
  });

  const assertAsInSequence = (result: BacktestResult) => {
    const { digest, trades, pnl, fees } = inSequence;
    assert.deepEqual(
      { digest: result.digest, trades: result.trades, pnl: result.pnl, fees: result.fees },
      { digest, trades, pnl, fees },
    );
  };

  it('gives the digest of days in sequence with one worker, and reports', async () => {
    const worker = await yard.startWorker();
    const run = await yard.start(input);
    const result = await run.result();
    await yard.kill(worker);
    assertAsInSequence(result);
    assert.equal(result.days, 4);
    assert.match(readFileSync(result.report.uri, 'utf8'), /SYNTHETIC: every number on this page/);
    const { typedSearchAttributes } = await run.describe();
    assert.deepEqual(
      [typedSearchAttributes.get(SHIP_ATTRIBUTES.instrument), typedSearchAttributes.get(SHIP_ATTRIBUTES.synthetic)],
      ['ESZ5', true],
    );
    await yard.record('backtest-range', run.workflowId);
  });

  it('gives it with two workers', async () => {
    const workers = [await yard.startWorker(), await yard.startWorker()];
    const run = await yard.start(input);
    assertAsInSequence(await run.result());
    for (const worker of workers) await yard.kill(worker);
  });

  it('is started and waited for by `believe backtest range`', async () => {
    const worker = await yard.startWorker();
    const config = path.join(days.folder, 'config.json');
    const temporal = { embedded: false, address: yard.env.address, namespace: 'default' };
    writeFileSync(config, JSON.stringify({ temporal }));
    const words = ['backtest', 'range', '--config', config, '--bars', days.bars, '--release', days.candidate, '--json'];
    const { stdout } = await run(process.execPath, [MAIN, ...words, ...days.files.flatMap((file) => ['--file', file])]);
    const printed = JSON.parse(stdout) as BacktestResult & { workflowId: string };
    assertAsInSequence(printed);
    assert.match(printed.workflowId, /^backtest\/\d{4}-\d\d-\d\dT/);
    const refused = run(process.execPath, [MAIN, ...words, '--file', days.files[0]!, '--instrument', 'NQZ5']);
    await assert.rejects(refused, { code: 1, stderr: /none of the 1 files is about NQZ5/ });
    await yard.kill(worker);
  });

  it('gives it where the worker is killed in the middle and another goes on', async () => {
    const worker = await yard.startWorker();
    const run = await yard.start(input);
    while (yard.daysDone(run.workflowId).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await yard.kill(worker);
    assert.ok(yard.daysDone(run.workflowId).length < 4, 'killed in the middle');
    const next = await yard.startWorker();
    assertAsInSequence(await run.result());
    await yard.kill(next);
    await yard.record('backtest-range-killed', run.workflowId);
  });

  it('ends with a sentence where the input or the settings are wrong', async () => {
    const worker = await yard.startWorker();
    const refused = async (wrong: BacktestInput, says: RegExp) => {
      const run = await yard.start(wrong);
      const failure = await run.result().then(
        () => assert.fail('it was accepted'),
        (error: unknown) => error as WorkflowFailedError,
      );
      let cause: Error = failure;
      while (cause.cause instanceof Error) cause = cause.cause;
      assert.match(cause.message, says);
      return run.workflowId;
    };
    await refused({ dateFrom: 'yesterday' } as never, /dateFrom: .*one JSON object/);
    const id = await refused({ ...input, settings: { entry: 'guess' } }, /settings\.entry/);
    await refused({ ...input, dateFrom: '2020-01-01' }, /none of the 4 files/);
    await yard.kill(worker);
    await yard.record('backtest-range-refused', id);
  });
});
