import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { obtainTemporal } from '../../setup/temporal-binary.js';
import { REGISTERED_ATTRIBUTES } from '../../shared/orchestration/registered-attributes.js';
import { TASK_QUEUES } from '../../shared/orchestration/ship/task-queues.js';
import { bundleWorkflows } from '../../temporal/workflow-bundle.js';
import type { shipModel } from '../../workflows/index.js';
import { type Script, scriptedTiers } from './scripted-tiers.js';

/** Where recorded histories are kept: in the source tree, not in dist. */
export const HISTORIES = path.resolve(
  path.dirname(fileURLToPath(import.meta.url)),
  '../../../test/workflows/histories',
);

/** Whether histories are recorded: 1, or traced. */
const RECORDS = process.env.BELIEVE_RECORD;

/** A history of so many events is called long: what continues as new does so within a test. */
const SOON_LONG = ['--dynamic-config-value', 'limit.historyCount.suggestContinueAsNew=100'];

interface ScriptedTiers {
  readonly research?: object;
  readonly broker?: object;
  readonly folds?: object;
  readonly alarms?: object;
  readonly public?: object;
}

/** A real Temporal server, and ships whose tiers follow a script. */
export class ScriptedServer {
  private ships = 0;

  private constructor(
    readonly env: TestWorkflowEnvironment,
    private readonly codePath: string,
  ) {}

  static async open(): Promise<ScriptedServer> {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    const { path: executable } = await obtainTemporal();
    const attributes = REGISTERED_ATTRIBUTES.flatMap(({ name, type }) => ['--search-attribute', `${name}=${type}`]);
    const env = await TestWorkflowEnvironment.createLocal({
      server: { executable: { type: 'existing-path', path: executable }, extraArgs: [...attributes, ...SOON_LONG] },
    });
    return new ScriptedServer(env, (await bundleWorkflows({ traces: RECORDS === 'traced' })).codePath);
  }

  async close(): Promise<void> {
    await this.env.teardown();
  }

  /** Runs `act` with workers for the script alive; the name becomes part of the workflow id and of the recording. */
  async run<T>(
    name: string,
    script: Script,
    act: (ship: Awaited<ReturnType<ScriptedServer['start']>>, tiers: ReturnType<typeof scriptedTiers>) => Promise<T>,
    { type = 'shipModel', input = {} as unknown } = {},
  ): Promise<T> {
    return await this.runTiers(name, scriptedTiers(script), act, { type, input });
  }

  /** The same with tiers of any script. */
  async runTiers<T, Tiers extends ScriptedTiers>(
    name: string,
    tiers: Tiers,
    act: (run: Awaited<ReturnType<ScriptedServer['start']>>, tiers: Tiers) => Promise<T>,
    { type, input = {} }: { readonly type: string; readonly input?: unknown },
  ): Promise<T> {
    return await this.with(tiers, async () => {
      const run = await this.start(name, input, type);
      const result = await act(run, tiers);
      await this.record(name, run.workflowId);
      return result;
    });
  }

  /** Lets workers run meanwhile: the product's workflows, and the steps given; those of other tiers follow a script. */
  async with<T>(tiers: ScriptedTiers, work: () => Promise<T>): Promise<T> {
    const { research, broker } = { ...scriptedTiers({}), ...tiers };
    const { folds, alarms, public: publisher } = tiers;
    const workers = await Promise.all([
      this.worker(TASK_QUEUES.workflows, { workflowBundle: { codePath: this.codePath } }),
      this.worker(TASK_QUEUES.research, { activities: research }),
      this.worker(TASK_QUEUES.broker, { activities: broker }),
      ...(folds ? [this.worker(TASK_QUEUES.folds, { activities: folds })] : []),
      ...(alarms ? [this.worker(TASK_QUEUES.alarms, { activities: alarms })] : []),
      ...(publisher ? [this.worker(TASK_QUEUES.public, { activities: publisher })] : []),
    ]);
    const running = workers.map((worker) => worker.run());
    try {
      return await work();
    } finally {
      for (const worker of workers) worker.shutdown();
      await Promise.all(running);
    }
  }

  async start(name: string, input: unknown = {}, type = 'shipModel') {
    this.ships++;
    return await this.env.client.workflow.start<typeof shipModel>(type, {
      workflowId: `ship/${name}-${this.ships}`,
      taskQueue: TASK_QUEUES.workflows,
      args: [input as never],
    });
  }

  private async worker(taskQueue: string, options: object): Promise<Worker> {
    return await Worker.create({
      connection: this.env.nativeConnection,
      taskQueue,
      shutdownGraceTime: '200ms',
      shutdownForceTime: '5s',
      ...options,
    });
  }

  /**
   * With BELIEVE_RECORD=1 the history of a finished ship replaces the recorded one; with BELIEVE_RECORD=traced, under the interceptors of
   * traces, one that was recorded so.
   */
  private async record(name: string, workflowId: string): Promise<void> {
    const file = path.join(HISTORIES, `${RECORDS === 'traced' ? 'traced-' : ''}${name}.json`);
    if (RECORDS !== '1' && !(RECORDS === 'traced' && existsSync(file))) return;
    const history = await this.env.client.workflow.getHandle(workflowId).fetchHistory();
    mkdirSync(HISTORIES, { recursive: true });
    writeFileSync(file, `${JSON.stringify(JSON.parse(historyToJSON(history)))}\n`);
  }
}
