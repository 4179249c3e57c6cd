import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { isReachable } from '../../setup/port-state.js';
import type { Config } from '../../shared/config/config.js';
import { Failure } from '../../shared/failure.js';
import { connectClient } from '../../temporal/client.js';
import { ensureNamespace } from '../../temporal/namespace.js';
import { ensureNightlySchedule } from '../../temporal/schedules.js';
import { serverArguments } from '../../temporal/server.js';
import { serverAddress } from '../../temporal/server-address.js';
import { PidFile } from './pid-file.js';
import { checkPorts } from './port-check.js';
import { type ProcessSpec, Supervised } from './supervised.js';

export interface StackTools {
  /** Path of the `temporal` binary; null where the server is not ours. */
  readonly temporal: string | null;
}

export interface StackEvents {
  readonly starting: (name: string) => void;
  readonly restarted: (name: string) => void;
  readonly lost: (failure: Failure) => void;
}

const dist = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

/** The whole default set-up as processes of this machine, each restarted when it dies. */
export class Stack {
  private readonly running: Supervised[] = [];
  private readonly lock: PidFile;
  private connected: Client | null = null;

  constructor(
    private readonly config: Config,
    private readonly tools: StackTools,
    private readonly events: StackEvents,
  ) {
    this.lock = new PidFile(config.home, 'up');
  }

  /** @throws Failure when this home is in use, a port is taken, or a process does not come up */
  async start(marketData: string): Promise<Client> {
    const { config } = this;
    mkdirSync(path.join(config.home, 'logs'), { recursive: true });
    this.takeLock();
    const specs = processSpecs(config, this.tools, marketData);
    for (const { name } of specs) await new PidFile(config.home, name).endOrphan();
    await checkPorts(config);
    const [server, ...others] = specs.map((spec) => new Supervised(spec, config.home, this.events));
    await this.launch(server!);
    this.connected = await connectClient(serverAddress(config));
    await ensureNamespace(this.connected);
    if (config.schedule.enabled) await ensureNightlySchedule(this.connected, config.schedule);
    await Promise.all(others.map((one) => this.launch(one)));
    return this.connected;
  }

  /** Stops everything that was started, the server last. */
  async stop(): Promise<void> {
    await this.connected?.connection.close();
    const [server, ...others] = this.running;
    await Promise.all(others.map((one) => one.stop()));
    await server?.stop();
    this.lock.remove();
  }

  /** Pids by name, for the tests that kill them. */
  pids(): Record<string, number | undefined> {
    return Object.fromEntries(this.running.map((one) => [one.spec.name, one.pid]));
  }

  private async launch(one: Supervised): Promise<void> {
    this.events.starting(one.spec.name);
    this.running.push(one);
    await one.start();
  }

  private takeLock(): void {
    const pid = this.lock.running();
    if (pid !== null && pid !== process.pid) {
      throw new Failure(
        'AlreadyUp',
        `the stack of ${this.config.home} is already up (pid ${pid})`,
        'use it with `believe ship status`, stop it with Ctrl-C, or give this one another --home',
      );
    }
    this.lock.write(process.pid);
  }
}

/** The server first: everything else waits for it. */
function processSpecs(config: Config, tools: StackTools, marketData: string): ProcessSpec[] {
  const { home, temporal, gateway } = config;
  const node = (name: string, script: string, args: string[], ready?: () => Promise<boolean>): ProcessSpec => ({
    name,
    file: process.execPath,
    args: ['--enable-source-maps', path.join(dist, script), ...args],
    stopBy: 'stdin',
    ...(ready ? { ready } : {}),
  });
  const specs: ProcessSpec[] = [];
  if (temporal.embedded && tools.temporal) {
    specs.push({
      name: 'temporal',
      file: tools.temporal,
      args: serverArguments({ ...temporal, folder: path.join(home, 'temporal') }),
      stopBy: 'signal',
      ready: () => isReachable('127.0.0.1', temporal.port),
    });
  }
  specs.push(
    node('releases', 'workers/releases.js', ['--home', home], () => isReachable('127.0.0.1', config.rsync.port)),
  );
  if (gateway.embedded) {
    const args = [
      'gateway',
      '--port',
      String(gateway.port),
      '--data',
      marketData,
      '--speed',
      String(speedOf(config)),
      '--loop',
    ];
    specs.push(node('gateway', 'cli/main.js', args, () => isReachable('127.0.0.1', gateway.port)));
  }
  specs.push(node('bridge', 'cli/main.js', ['bridge', '--home', home]));
  for (const worker of ['orchestrator', 'research', 'broker']) {
    specs.push(node(worker, `workers/${worker}.js`, ['--home', home]));
  }
  return specs;
}

function speedOf({ clock }: Config): number {
  return clock.kind === 'replay' ? clock.speed : 1;
}
