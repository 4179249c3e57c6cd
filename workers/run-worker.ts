import { isIPv6 } from 'node:net';
import {
  DefaultLogger,
  type LogLevel,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import { Failure } from '../shared/failure.js';
import { keepFilesPrivate } from '../shared/node/process/private-files.js';
import { untilAskedToStop } from '../shared/node/process/stop-request.js';
import type { Traces } from '../telemetry/traces.js';
import type { ServerAddress } from '../temporal/server-address.js';

export interface WorkerProcess extends ServerAddress {
  readonly identity: string;
  /** Where the Prometheus endpoint is; null for none. */
  readonly metrics: { readonly address: string; readonly port: number } | null;
  /** Where spans of its work go; null where nobody wants any. */
  readonly traces: Traces | null;
  /** Build id for Worker Deployment Versioning; null runs unversioned. */
  readonly deployment: { readonly name: string; readonly buildId: string } | null;
}

export type WorkerTasks = Omit<WorkerOptions, 'connection' | 'namespace'>;

/**
 * Runs the workers of one process, a task queue each, until it is asked to stop, then lets running steps end gracefully. A server
 * that is not reachable yet, or any more, is waited for: a worker never gives up on it.
 * @param until ends it as well
 */
export async function runWorker(
  process: WorkerProcess,
  options: WorkerTasks | readonly WorkerTasks[],
  until: Promise<unknown> = new Promise(() => {}),
): Promise<void> {
  keepFilesPrivate();
  installRuntime(process.metrics);
  const stop = Promise.race([untilAskedToStop(), until.then(() => {})]);
  const connection = await connect(process, stop);
  if (!connection) {
    // It ends by itself after a worker only; until then it keeps the process.
    await Runtime.instance().shutdown();
    return;
  }
  try {
    const workers = await Promise.all(
      [options].flat().map((tasks) => Worker.create({ ...tasks, ...commonOptions(process), connection })),
    );
    await Promise.all(workers.map((worker) => worker.runUntil(stop)));
  } finally {
    await connection.close();
    await process.traces?.close();
  }
}

function commonOptions(process: WorkerProcess) {
  return {
    ...process.traces?.options,
    namespace: process.namespace,
    identity: process.identity,
    ...(process.dataConverter ? { dataConverter: process.dataConverter } : {}),
    shutdownGraceTime: '1s',
    shutdownForceTime: '10s',
    ...(process.deployment
      ? {
          workerDeploymentOptions: {
            useWorkerVersioning: true as const,
            version: { deploymentName: process.deployment.name, buildId: process.deployment.buildId },
            defaultVersioningBehavior: 'PINNED' as const,
          },
        }
      : {}),
  } as const;
}

/** @throws Failure 'PortTaken' where metrics cannot be served there */
function installRuntime(metrics: WorkerProcess['metrics']): void {
  const bindAddress = metrics && (isIPv6(metrics.address) ? `[${metrics.address}]` : metrics.address);
  try {
    Runtime.install({
      logger: new DefaultLogger(logLevel()),
      shutdownSignals: [],
      telemetryOptions: {
        logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }), forward: {} },
        ...(metrics ? { metrics: { prometheus: { bindAddress: `${bindAddress}:${metrics.port}` } } } : {}),
      },
    });
  } catch (error) {
    if (metrics === null) throw error;
    throw new Failure(
      'PortTaken',
      `metrics cannot be served on ${bindAddress}:${metrics.port}: ${(error as Error).message}`,
      'name an address of this machine in telemetry.metricsAddress, and a free port in metrics.*Port',
    );
  }
}

/** Tries each second until the server answers; undefined when the process is asked to stop first. */
async function connect(server: ServerAddress, stop: Promise<void>): Promise<NativeConnection | undefined> {
  let stopped = false;
  void stop.then(() => {
    stopped = true;
  });
  while (!stopped) {
    try {
      return await NativeConnection.connect({ address: server.address, ...(server.tls ? { tls: server.tls } : {}) });
    } catch (error) {
      Runtime.instance().logger.warn(`no Temporal server at ${server.address} yet`, { error: String(error) });
      await Promise.race([stop, new Promise((resolve) => setTimeout(resolve, 1000))]);
    }
  }
  return undefined;
}

function logLevel(): LogLevel {
  return process.env.BELIEVE_LOG_LEVEL === 'debug' ? 'DEBUG' : 'INFO';
}
