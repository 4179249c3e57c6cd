import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { freePort } from '../../setup/port-state.js';
import { obtainTemporal } from '../../setup/temporal-binary.js';
import { type Config, type ConfigInput, configSchema } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { TASK_QUEUES } from '../../shared/orchestration/ship/task-queues.js';
import { serverArguments } from '../../temporal/server.js';
import { HOSTS, type Host, Hosts } from '../shared-store/hosts.js';
import { KEYS, S3Server, s3At } from '../shared-store/s3-server.js';
import { barsMarket, researchHome } from './research-home.js';

const programOf = (name: string) => fileURLToPath(new URL(`../../${name}.js`, import.meta.url));
const NAMESPACE = 'default';
const FOLD_STEPS: ReadonlySet<string> = new Set(['scoreFold', 'fitFold', 'takeFold']);

/** As much of a history as says who did which step, and whether it was tried again. */
const shownHistory = z.object({
  events: z.array(
    z.object({
      eventId: z.coerce.number(),
      eventType: z.string(),
      eventTime: z.string(),
      activityTaskScheduledEventAttributes: z.object({ activityType: z.object({ name: z.string() }) }).optional(),
      activityTaskStartedEventAttributes: z
        .object({ scheduledEventId: z.coerce.number(), identity: z.string(), attempt: z.number() })
        .optional(),
      activityTaskCompletedEventAttributes: z.object({ scheduledEventId: z.coerce.number() }).optional(),
    }),
  ),
});
export type ShownEvent = z.infer<typeof shownHistory>['events'][number];

/**
 * The research host of ships (`one`) and one that shares their folds (`other`), each with a network, a home and a core of its own; and a
 * host with the bucket, a Temporal server and the orchestrator. What they are given is a market of bars alone.
 */
export class FoldHosts {
  private readonly running: ChildProcess[] = [];

  private constructor(
    private readonly folder: string,
    readonly hosts: Hosts,
    readonly bucket: S3Server,
    private readonly temporal: string,
    private readonly port: number,
    private readonly settings: ConfigInput,
  ) {}

  static async make(folder: string, rounds: number, barDays?: number): Promise<FoldHosts> {
    const hosts = await Hosts.make();
    const bucket = await S3Server.inFolder(path.join(folder, 's3'), (program, args) =>
      hosts.on('server', program, args),
    );
    if (typeof bucket === 'string') throw new Error(bucket);
    await bucket.run('');
    const { path: temporal } = await obtainTemporal();
    const market = await barsMarket(path.join(folder, 'market'), barDays);
    const training = { ...market.training, recipes: { base: { XGB_5m: { rounds, earlyStopRounds: undefined } } } };
    const made = new FoldHosts(folder, hosts, bucket, temporal, await freePort(), { ...market, training });
    researchHome(made.home('one'));
    researchHome(made.home('other'), made.home('one'));
    researchHome(made.home('one'), made.home('other'));
    try {
      await made.serve();
      return made;
    } catch (error) {
      await made.end();
      throw error;
    }
  }

  home(host: Host): string {
    return path.join(this.folder, host);
  }

  configOf(host: Host | 'server', shareFolds: boolean): Config {
    const store = host === 'server' ? {} : { s3: s3At(`http://${HOSTS[host]}:${this.bucket.port}`) };
    return configSchema.parse({
      ...this.settings,
      home: path.join(this.folder, host),
      training: { ...this.settings.training, shareFolds },
      store,
      temporal: { port: this.port, namespace: NAMESPACE },
      metrics: { orchestratorPort: 0, researchPort: 0 },
    });
  }

  /** Starts a worker on a host, on one core. */
  worker(host: Host | 'server', name: string, { shareFolds = true, env = {} } = {}): ChildProcess {
    const config = path.join(this.folder, `${host}.json`);
    writeFileSync(config, JSON.stringify(this.configOf(host, host !== 'server' && shareFolds)));
    const words = [process.execPath, programOf(`workers/${name}`), '--config', config];
    const core = host === 'other' ? '1' : '0';
    return this.start(host, 'taskset', ['-c', core, ...words], env);
  }

  startShip(name: string): void {
    this.tool(
      'workflow',
      'start',
      '--type',
      'shipModel',
      '--task-queue',
      TASK_QUEUES.workflows,
      ...idOf(name),
      '--input',
      '{}',
    );
  }

  /** Until the gate of a ship has spoken, where the ship ends. @returns the ship's folder */
  async judged(name: string): Promise<string> {
    for (;;) {
      const { ships } = homePlaces(this.home('one')).research;
      const folder = existsSync(ships) ? readdirSync(ships).find((one) => one.includes(name)) : undefined;
      if (folder !== undefined && existsSync(path.join(ships, folder, 'model-card.json'))) {
        this.tool('workflow', 'terminate', ...idOf(name));
        return path.join(ships, folder);
      }
      await pause(100);
    }
  }

  /** Seconds from when the first fold of a ship could be scored to when the last one was. */
  foldSeconds(name: string): number {
    const events = this.history(name);
    const steps = new Map(
      events.flatMap(({ eventId, activityTaskScheduledEventAttributes: one }) =>
        one && FOLD_STEPS.has(one.activityType.name) ? [[eventId, one]] : [],
      ),
    );
    const times = events
      .filter(
        ({ eventId, activityTaskCompletedEventAttributes: one }) =>
          steps.has(eventId) || (one && steps.has(one.scheduledEventId)),
      )
      .map(({ eventTime }) => Date.parse(eventTime));
    return (Math.max(...times) - Math.min(...times)) / 1000;
  }

  history(name: string): ShownEvent[] {
    const shown = JSON.parse(this.tool('workflow', 'show', ...idOf(name), '--output', 'json'));
    return shownHistory.parse(shown).events;
  }

  async end(): Promise<void> {
    const gone = this.running.map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await exit;
    });
    await Promise.all([...gone, this.bucket.stop()]);
    this.hosts.end();
  }

  private async serve(): Promise<void> {
    const folder = path.join(this.folder, 'temporal');
    const usual = serverArguments({ namespace: NAMESPACE, port: this.port, uiPort: await freePort(), folder });
    const everywhere = usual.map((word) => (word === '127.0.0.1' ? '0.0.0.0' : word));
    this.start('server', this.temporal, everywhere);
    mkdirSync(path.join(this.folder, 'server'), { recursive: true });
    while (this.run('operator', 'cluster', 'health').status !== 0) await pause(200);
    for (const host of ['one', 'other'] as const) {
      const relay = this.start(host, process.execPath, [
        programOf('bench/folds/relay'),
        String(this.port),
        HOSTS[host],
      ]);
      await new Promise((resolve) => relay.stdout!.once('data', resolve));
    }
    this.worker('server', 'orchestrator');
  }

  private start(host: Host | 'server', program: string, words: readonly string[], more: Record<string, string> = {}) {
    const started = this.hosts.on(host, program, words);
    const env = { ...process.env, ...KEYS, BELIEVE_CONFIG: '', ...more };
    const child = spawn(started.program, started.args, { stdio: ['ignore', 'pipe', 'pipe'], env, cwd: this.folder });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => process.env.BELIEVE_SHOW_WORKERS && process.stderr.write(chunk));
    this.running.push(child);
    return child;
  }

  private run(...words: string[]) {
    const { program, args } = this.hosts.on('server', this.temporal, [
      ...words,
      ...['--address', `127.0.0.1:${this.port}`, '--disable-config-file', '--disable-config-env'],
    ]);
    return spawnSync(program, args, { encoding: 'utf8', timeout: 60_000, maxBuffer: 1 << 28 });
  }

  private tool(...words: string[]): string {
    const { status, stdout, stderr } = this.run(...words);
    if (status !== 0) throw new Error(`temporal ${words.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  }
}

function idOf(name: string): string[] {
  return ['--workflow-id', `ship/${name}`];
}
