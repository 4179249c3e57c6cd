import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Client } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { obtainTemporal } from '../../setup/temporal-binary.js';
import { loadConfig } from '../../shared/node/config/load-config.js';
import { REGISTERED_ATTRIBUTES } from '../../shared/orchestration/registered-attributes.js';
import { TASK_QUEUES } from '../../shared/orchestration/ship/task-queues.js';
import { dataConverterOf } from '../../temporal/payload-encryption.js';
import { bundleWorkflows } from '../../temporal/workflow-bundle.js';
import type { shipModel } from '../../workflows/index.js';
import { type Script, scriptedTiers } from '../workflows/scripted-tiers.js';

/** A real Temporal server, and whoever reads and writes it by a key file. */
export class EncryptedServer {
  private constructor(
    readonly env: TestWorkflowEnvironment,
    /** Path of the binary. */
    readonly temporal: string,
    readonly folder: string,
    private readonly codePath: string,
  ) {}

  static async open(): Promise<EncryptedServer> {
    Runtime.install({ logger: new DefaultLogger('ERROR', () => {}) });
    const { path: executable } = await obtainTemporal();
    const extraArgs = REGISTERED_ATTRIBUTES.flatMap(({ name, type }) => ['--search-attribute', `${name}=${type}`]);
    const env = await TestWorkflowEnvironment.createLocal({
      server: { executable: { type: 'existing-path', path: executable }, extraArgs },
    });
    const { codePath } = await bundleWorkflows({ encodesFailures: true });
    return new EncryptedServer(env, executable, mkdtempSync(path.join(os.tmpdir(), 'believe-codec-')), codePath);
  }

  async close(): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true });
    await this.env.teardown();
  }

  at(name: string): string {
    return path.join(this.folder, name);
  }

  configOf(keysFile: string, required = false) {
    const config = loadConfig({ env: {} });
    const encryption = { ...config.temporal.encryption, keysFile: this.at(keysFile), required };
    return { ...config, home: this.folder, temporal: { ...config.temporal, encryption } };
  }

  client(keysFile: string, required = false): Client {
    const dataConverter = dataConverterOf(this.configOf(keysFile, required))!;
    return new Client({ connection: this.env.connection, dataConverter });
  }

  /** Lets workers run meanwhile, as processes that have just been started with these settings. */
  async with<T>(keysFile: string, script: Script, work: () => Promise<T>, required = false): Promise<T> {
    const { research, broker } = scriptedTiers(script);
    const dataConverter = dataConverterOf(this.configOf(keysFile, required))!;
    const worker = (taskQueue: string, options: object) =>
      Worker.create({
        ...{ connection: this.env.nativeConnection, taskQueue, dataConverter, ...options },
        ...{ shutdownGraceTime: '200ms', shutdownForceTime: '5s' },
      });
    const workers = await Promise.all([
      worker(TASK_QUEUES.workflows, { workflowBundle: { codePath: this.codePath } }),
      worker(TASK_QUEUES.research, { activities: research }),
      worker(TASK_QUEUES.broker, { activities: broker }),
    ]);
    const running = workers.map((one) => one.run());
    try {
      return await work();
    } finally {
      for (const one of workers) one.shutdown();
      await Promise.all(running);
    }
  }

  async start(client: Client, name: string, input: object = {}) {
    return await client.workflow.start<typeof shipModel>('shipModel', {
      ...{ workflowId: `ship/${name}`, taskQueue: TASK_QUEUES.workflows, args: [input as never] },
      staticSummary: SUMMARY,
    });
  }
}

export const SUMMARY = 'the summary of Quicksilver';

/** Every text and every byte of a history as the server has it. */
export function everythingIn(value: unknown): string {
  if (value instanceof Uint8Array) return `${Buffer.from(value).toString('latin1')}\n`;
  if (typeof value === 'string') return `${value}\n`;
  if (typeof value !== 'object' || value === null) return '';
  return Object.entries(value)
    .map(([name, inner]) => `${name}\n${everythingIn(inner)}`)
    .join('');
}
