import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { passwordFile } from '../broker/rsync/module-access.js';
import { type ModuleSettings, prepareRsyncDaemon } from '../research/release/rsync-daemon.js';
import { freePort, isReachable } from '../setup/port-state.js';
import { type Config, followedFolder, publishes, showsPage } from '../shared/config/config.js';
import { homePlaces } from '../shared/config/home-places.js';
import type { RsyncModule } from '../shared/contract/rsync-modules.js';
import { Failure } from '../shared/failure.js';
import { clockSpecFile, readClockSpec } from '../shared/node/clock-spec-file.js';
import { LoopbackDoor } from '../shared/node/http/loopback-door.js';
import { BRIDGE_NODE_ARGUMENTS } from '../shared/node/process/bridge-heap.js';
import { makePrivateFolder } from '../shared/node/process/private-files.js';
import { connectClient } from '../temporal/client.js';
import { keepNightlySchedule, keepPathSchedules } from '../temporal/keep-schedules.js';
import { ensureNamespace } from '../temporal/namespace.js';
import { servesCodec } from '../temporal/payload-encryption.js';
import { serverArguments } from '../temporal/server.js';
import { serverAddress } from '../temporal/server-address.js';
import { PidFile } from './pid-file.js';
import { checkPorts } from './port-check.js';
import { type ProcessSpec, Supervised } from './supervised.js';

export interface StackTools {
  /** Path of the `temporal` binary; null where the server is not ours. */
  readonly temporal: string | null;
  readonly rsync: string;
}

export interface StackEvents {
  readonly starting: (name: string) => void;
  readonly restarted: (name: string) => void;
  readonly lost: (failure: Failure) => void;
}

const dist = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** The whole default set-up as processes of this machine, each restarted when it dies. */
export class Stack {
  private readonly running: Supervised[] = [];
  private readonly lock: PidFile;
  private connected: Client | null = null;
  private door: LoopbackDoor | null = null;

  constructor(
    private readonly config: Config,
    private readonly tools: StackTools,
    private readonly events: StackEvents,
  ) {
    this.lock = new PidFile(config.home, 'up');
  }

  /** Takes this home and starts the server. @throws Failure when the home is in use or a port is taken */
  async startServer(): Promise<Client> {
    const { config, tools } = this;
    makePrivateFolder(config.home);
    mkdirSync(homePlaces(config.home).logs, { recursive: true });
    this.takeLock();
    for (const name of PROCESS_NAMES) await new PidFile(config.home, name).endOrphan();
    await checkPorts(config);
    if (tools.temporal !== null) {
      const uiPort = await freePort();
      await this.launch(serverProcess(config, tools.temporal, uiPort));
      this.door = await LoopbackDoor.open({
        ...{ port: config.temporal.uiPort, behindPort: uiPort, purpose: 'the Web UI', field: 'temporal.uiPort' },
      });
    }
    this.connected = await connectClient(serverAddress(config));
    await ensureNamespace(this.connected);
    await keepNightlySchedule(this.connected, config);
    return this.connected;
  }

  /** Starts the tiers; `config` is the settings as they stand once the input is known. */
  async startTiers(config: Config, gatewayData: string): Promise<void> {
    await Promise.all(tierProcesses(config, this.tools, gatewayData).map((spec) => this.launch(spec)));
    await keepPathSchedules(this.client(), config, readClockSpec(clockSpecFile(config.home)));
  }

  private client(): Client {
    if (this.connected === null) throw new Error('the server is started before the tiers');
    return this.connected;
  }

  /** Stops everything that was started, the server last. */
  async stop(): Promise<void> {
    await this.connected?.connection.close();
    await this.door?.close();
    const isServer = (one: Supervised) => one.spec.name === 'temporal';
    await Promise.all(this.running.filter((one) => !isServer(one)).map((one) => one.stop()));
    await this.running.find(isServer)?.stop();
    this.lock.remove();
  }

  /** Pids by name, for the tests that kill them. */
  pids(): Record<string, number | undefined> {
    return Object.fromEntries(this.running.map((one) => [one.spec.name, one.pid]));
  }

  private async launch(spec: ProcessSpec): Promise<void> {
    this.events.starting(spec.name);
    const one = new Supervised(spec, this.config.home, this.events);
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

const PROCESS_NAMES = [
  ...['temporal', 'releases', 'gateway', 'bridge', 'sierra', 'signer'],
  ...['receiver', 'orchestrator', 'research', 'broker', 'codec'],
  ...['alarms', 'watcher-research', 'watcher-broker', 'monitor', 'public', 'public-page'],
] as const;

/** @param uiPort of the server's own Web UI, behind the door at `temporal.uiPort` */
function serverProcess({ home, temporal }: Config, binary: string, uiPort: number): ProcessSpec {
  const codecEndpoint = servesCodec({ temporal }) ? `http://127.0.0.1:${temporal.encryption.serverPort}` : undefined;
  return {
    name: 'temporal',
    file: binary,
    args: serverArguments({ ...temporal, uiPort, folder: homePlaces(home).temporal, codecEndpoint }),
    stopBy: 'signal',
    ready: () => isReachable('127.0.0.1', temporal.port),
  };
}

function tierProcesses(config: Config, tools: StackTools, gatewayData: string): ProcessSpec[] {
  const { home, gateway } = config;
  const daemon = prepareRsyncDaemon({
    program: tools.rsync,
    address: '127.0.0.1',
    port: config.rsync.port,
    hostsAllow: ['127.0.0.1'],
    modules: modulesOf(config),
    stateFolder: homePlaces(home).research.rsync,
  });
  const speed = config.clock.kind === 'replay' ? config.clock.speed : 1;
  const isEmulated = followedFolder(config) === homePlaces(home).gateway.sierra;
  const gatewayArgs = [
    'gateway',
    '--port',
    String(gateway.port),
    '--data',
    gatewayData,
    '--speed',
    String(speed),
    '--loop',
    // The account outlives the process, as at a broker: the bridge compares its journal with it.
    '--state',
    homePlaces(home).gateway.state,
    ...(isEmulated ? ['--sierra', '--home', home] : []),
  ];
  const followed =
    followedFolder(config) === null ? [] : [nodeProcess('sierra', 'cli/main.js', ['sierra', 'follow', '--home', home])];
  return [
    { name: 'releases', file: daemon.program, args: daemon.args, stopBy: 'signal', ready: daemon.ready },
    ...(gateway.embedded
      ? [nodeProcess('gateway', 'cli/main.js', gatewayArgs, () => isReachable('127.0.0.1', gateway.port))]
      : []),
    bridgeProcess(nodeProcess('bridge', 'cli/main.js', ['bridge', '--home', home])),
    ...followed,
    ...(['signer', 'receiver', 'orchestrator', 'research', 'broker'] as const)
      .filter((worker) => worker !== 'receiver' || config.upload.enabled)
      .map((worker) => nodeProcess(worker, `workers/${worker}.js`, ['--home', home])),
    ...(servesCodec(config) ? [nodeProcess('codec', 'cli/main.js', ['codec', 'serve', '--home', home])] : []),
    ...(config.watch.enabled ? watchProcesses(config) : []),
    ...(publishes(config) ? publicProcesses(config) : []),
  ];
}

function watchProcesses({ home, watch }: Config): ProcessSpec[] {
  return [
    nodeProcess('alarms', 'workers/alarms.js', ['--home', home]),
    ...['research', 'broker'].map((tier) =>
      nodeProcess(`watcher-${tier}`, 'workers/watcher.js', ['--home', home, '--tier', tier]),
    ),
    ...(watch.pagePort > 0 ? [nodeProcess('monitor', 'cli/main.js', ['monitor', 'serve', '--home', home])] : []),
  ];
}

function publicProcesses(config: Config): ProcessSpec[] {
  const { home } = config;
  return [
    ...(showsPage(config) ? [nodeProcess('public-page', 'workers/public-page.js', ['--home', home])] : []),
    nodeProcess('public', 'workers/public.js', ['--home', home]),
  ];
}

function modulesOf({ home, upload }: Config): ModuleSettings[] {
  const { broker, receiver, research } = homePlaces(home);
  const { landing, receipts } = receiver;
  const folders = { releases: research.published, ...(upload.enabled ? { landing, receipts } : {}) };
  return Object.entries(folders).map(([name, folder]) => {
    const module = name as RsyncModule;
    return { module, folder, passwordFile: passwordFile(broker.folder, module) };
  });
}

const bridgeProcess = (spec: ProcessSpec): ProcessSpec => ({ ...spec, args: [...BRIDGE_NODE_ARGUMENTS, ...spec.args] });

function nodeProcess(name: string, script: string, args: string[], ready?: () => Promise<boolean>): ProcessSpec {
  return {
    name,
    file: process.execPath,
    args: ['--enable-source-maps', path.join(dist, script), ...args],
    stopBy: 'stdin',
    ...(ready ? { ready } : {}),
  };
}
