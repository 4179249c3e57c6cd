import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConfigInput } from '../../shared/config/config.js';
import { swapRecord } from '../../shared/contract/swap-record.js';
import { DEFAULT_CONFIG_FILE } from '../../shared/node/config/load-config.js';

type FileSettings = Pick<ConfigInput, 'risk' | 'gate' | 'training' | 'instrument'>;

const dist = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** A home folder of a test's own, with ports of its own and a quick market clock, and the `believe` command in it. */
export class TestHome {
  /** Where commands are run: it holds the settings that only a file can change. */
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'believe-ship-'));
  readonly home = path.join(this.folder, 'home');

  private readonly running = new Set<Running>();

  private constructor(
    readonly env: Record<string, string>,
    settings: FileSettings,
  ) {
    mkdirSync(this.home, { mode: 0o700 });
    writeFileSync(path.join(this.folder, DEFAULT_CONFIG_FILE), JSON.stringify(settings));
  }

  static async open(settings: Record<string, string> = {}, inFile: FileSettings = {}): Promise<TestHome> {
    const [port, uiPort, gateway, rsync] = await freePorts(4);
    const env = {
      BELIEVE_TEMPORAL_PORT: String(port),
      BELIEVE_TEMPORAL_UI_PORT: String(uiPort),
      BELIEVE_GATEWAY_PORT: String(gateway),
      BELIEVE_RSYNC_PORT: String(rsync),
      BELIEVE_METRICS_ORCHESTRATOR_PORT: '0',
      BELIEVE_METRICS_RESEARCH_PORT: '0',
      BELIEVE_METRICS_BROKER_PORT: '0',
      BELIEVE_METRICS_BRIDGE_PORT: '0',
      // An open every four seconds of wall time. The less market there is in them, the less a processor has to do.
      BELIEVE_CLOCK_SPEED: '20',
      BELIEVE_CLOCK_BEFORE_OPEN_SECONDS: '20',
      BELIEVE_CLOCK_AFTER_OPEN_SECONDS: '60',
      BELIEVE_SHIP_OBSERVE_MARKET_SECONDS: '20',
      BELIEVE_SCHEDULE_ENABLED: 'true',
      // What comes back from the broker is not what ships are tested for, and takes processor time.
      BELIEVE_UPLOAD_ENABLED: 'false',
      // Watchers have tests of their own.
      BELIEVE_WATCH_ENABLED: 'false',
      BELIEVE_PUBLIC_ENABLED: 'false',
      BELIEVE_SIERRA_FOLLOW: 'false',
      ...settings,
    };
    // Days of the market pass between a stop and a start: what is held over them may lose any amount.
    // Two fits of each recipe are the least that shows the noise of the seed.
    const gate = { seedsPerArm: 2, ...inFile.gate };
    return new TestHome(env, { risk: { maxDailyLossUsd: 1_000_000 }, ...inFile, gate });
  }

  get temporalAddress(): string {
    return `127.0.0.1:${this.env.BELIEVE_TEMPORAL_PORT}`;
  }

  /** Runs a command to its end. */
  async believe(...args: string[]): Promise<Ended> {
    return await this.start(...args).ended;
  }

  /** Starts a command; `up` is stopped with SIGINT, as Ctrl-C does. */
  start(...args: string[]): Running {
    const home = args.includes('--home') ? [] : ['--home', this.home];
    const child = spawn(process.execPath, [path.join(dist, 'cli/main.js'), ...args, ...home], {
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: this.folder,
      env: { ...process.env, ...this.env, CI: 'true' },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const ended = new Promise<Ended>((resolve) => {
      child.once('close', (code) => resolve({ code, stdout, stderr }));
    });
    const running: Running = {
      ended,
      stop: async () => {
        child.kill('SIGINT');
        return await ended;
      },
      until: async (pattern) => {
        for (;;) {
          if (pattern.test(stderr)) return;
          const end = await Promise.race([ended, pause(100)]);
          if (end) throw new Error(`ended with ${end.code} before ${pattern}: ${end.stderr.slice(-2000)}`);
        }
      },
    };
    this.running.add(running);
    void ended.then(() => this.running.delete(running));
    return running;
  }

  /** Of a process of the stack; null while none is noted. */
  pidOf(name: string): number | null {
    const file = path.join(this.home, 'run', `${name}.pid`);
    const pid = existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : Number.NaN;
    return Number.isNaN(pid) ? null : pid;
  }

  swaps() {
    const lines = readFileSync(path.join(this.home, 'broker', 'swaps.jsonl'), 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => swapRecord.parse(JSON.parse(line)));
  }

  /** The statement that an envelope signs. */
  statement(envelope: string) {
    const { payload } = JSON.parse(readFileSync(envelope, 'utf8')) as { payload: string };
    return JSON.parse(Buffer.from(payload, 'base64').toString('utf8')) as {
      predicate: { decision?: object; gateVerdict: string; counter: number; modelVersion: number; synthetic: boolean };
    };
  }

  /** Stops what a failed test has left running, and removes the home. */
  async close(): Promise<void> {
    await Promise.all([...this.running].map((one) => one.stop()));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly ended: Promise<Ended>;
  stop(): Promise<Ended>;
  /** Until standard error has said something like this. */
  until(pattern: RegExp): Promise<void>;
}

function pause(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms));
}

/** Ports that are free now; several at once, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<net.Server>((resolve) => {
          const server = net.createServer();
          server.listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as net.AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
