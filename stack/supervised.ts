import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { homePlaces } from '../shared/config/home-places.js';
import { Failure } from '../shared/failure.js';
import { limitLog } from './limit-log.js';
import { PidFile } from './pid-file.js';

export interface ProcessSpec {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Our own processes stop when their standard input ends; others get SIGTERM. */
  readonly stopBy: 'stdin' | 'signal';
  /** Resolves when the process can be used. */
  readonly ready?: () => Promise<boolean>;
}

const RESTART_DELAY_MS_MAX = 5_000;
const STABLE_AFTER_MS = 20_000;
const QUICK_DEATHS_MAX = 8;
const STOP_GRACE_MS = 20_000;
const READY_WITHIN_MS = 90_000;
const LOG_LOOK_MS = 60_000;

/**
 * One process of the stack: started, restarted when it dies, stopped with the stack. Its output goes to
 * `<home>/logs/<name>.log`.
 */
export class Supervised {
  private child: ChildProcess | null = null;
  private stopping = false;
  private quickDeaths = 0;
  private readonly pidFile: PidFile;
  private readonly logFile: string;
  private logLimit: NodeJS.Timeout | undefined;
  private gone: Promise<void> = Promise.resolve();

  constructor(
    readonly spec: ProcessSpec,
    home: string,
    private readonly events: { restarted: (name: string) => void; lost: (failure: Failure) => void },
  ) {
    this.pidFile = new PidFile(home, spec.name);
    this.logFile = path.join(homePlaces(home).logs, `${spec.name}.log`);
  }

  async start(): Promise<void> {
    await this.pidFile.endOrphan();
    this.launch();
    this.logLimit = setInterval(() => limitLog(this.logFile), LOG_LOOK_MS).unref();
    if (this.spec.ready) await this.untilReady(this.spec.ready);
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.logLimit);
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    if (this.spec.stopBy === 'stdin') child.stdin?.end();
    else child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
    await this.gone;
    clearTimeout(timer);
  }

  private launch(): void {
    limitLog(this.logFile);
    const log = openSync(this.logFile, 'a');
    const startedAtMs = Date.now();
    const child = spawn(this.spec.file, this.spec.args, {
      stdio: [this.spec.stopBy === 'stdin' ? 'pipe' : 'ignore', log, log],
      env: { ...process.env, ...this.spec.env, ...(this.spec.stopBy === 'stdin' ? { BELIEVE_SUPERVISED: '1' } : {}) },
      windowsHide: true,
      // A Ctrl-C on the terminal reaches the supervisor alone, which then stops the others in order.
      detached: process.platform !== 'win32',
    });
    closeSync(log);
    this.child = child;
    child.stdin?.on('error', () => {});
    if (child.pid !== undefined) this.pidFile.write(child.pid);
    this.gone = new Promise((resolve) => {
      child.once('error', () => resolve());
      child.once('exit', () => resolve());
    });
    void this.gone.then(() => this.ended(Date.now() - startedAtMs));
  }

  private async ended(livedMs: number): Promise<void> {
    this.pidFile.remove();
    if (this.stopping) return;
    this.quickDeaths = livedMs < STABLE_AFTER_MS ? this.quickDeaths + 1 : 1;
    if (this.quickDeaths > QUICK_DEATHS_MAX) {
      this.events.lost(this.failure(`stopped ${QUICK_DEATHS_MAX} times in a row`));
      return;
    }
    await pause(Math.min(RESTART_DELAY_MS_MAX, 250 * 2 ** (this.quickDeaths - 1)));
    if (this.stopping) return;
    this.launch();
    this.events.restarted(this.spec.name);
  }

  private async untilReady(ready: () => Promise<boolean>): Promise<void> {
    const deadlineMs = Date.now() + READY_WITHIN_MS;
    while (Date.now() < deadlineMs && !this.stopping) {
      if (await ready()) return;
      if (this.quickDeaths > QUICK_DEATHS_MAX) break;
      await pause(100);
    }
    throw this.failure('did not become ready');
  }

  private failure(what: string): Failure {
    const lines = readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-40);
    const said = lines.findLast((line) => /^believe: |error\b.*:/i.test(line)) ?? lines.at(-1) ?? '';
    return new Failure('ProcessLost', `${this.spec.name} ${what}: ${said.trim().slice(0, 500)}`, `see ${this.logFile}`);
  }
}
