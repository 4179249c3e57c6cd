import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KillPlan } from './kill-moments.js';
import type { Rig } from './rig.js';

const PATIENCE_MS = 90_000;
const LINES_KEPT = 40;

/** A bridge as operators run it, in a process of its own, that can be told when to die. */
export class DoomedBridge {
  /** Its connection has been reconciled. */
  private readonly ready: Promise<void>;
  /** It has seen the kill switch. */
  private readonly halted: Promise<void>;
  private readonly exit: Promise<readonly unknown[]>;
  private readonly lastLines: string[] = [];

  private constructor(private readonly child: ChildProcess) {
    this.exit = once(child, 'exit');
    const lines = createInterface(child.stderr!).on('line', (line) => {
      this.lastLines.push(line);
      if (this.lastLines.length > LINES_KEPT) this.lastLines.shift();
    });
    const said = (word: RegExp) =>
      new Promise<void>((resolve) => lines.on('line', (line: string) => word.test(line) && resolve()));
    this.ready = said(/"connection":"ready"/);
    this.halted = said(/"halt":"kill-switch","msg":"trading is halted/);
  }

  /** @param plan known to it from its first instruction on */
  static spawn(rig: Rig, plan?: KillPlan): DoomedBridge {
    const killAt = new URL('./kill-at.js', import.meta.url).href;
    return new DoomedBridge(
      rig.spawnBridge({
        nodeArguments: ['--import', killAt],
        logLevel: 'info',
        stdio: ['pipe', 'ignore', 'pipe', 'ipc'],
        env: plan === undefined ? {} : { BRIDGE_KILL_PLAN: JSON.stringify(plan) },
      }),
    );
  }

  /** What it said last, for whoever has to explain a failure. */
  get log(): string {
    return this.lastLines.join('\n');
  }

  untilReady(): Promise<void> {
    return inTime('connected and reconciled', Promise.race([this.ready, this.unexpectedEnd()]));
  }

  untilHalted(): Promise<void> {
    return inTime('halted', Promise.race([this.halted, this.unexpectedEnd()]));
  }

  doom(plan: KillPlan): void {
    this.child.send(plan);
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  async untilKilled(): Promise<void> {
    try {
      const [, signal] = await inTime('killed', this.exit);
      assert.equal(signal, 'SIGKILL');
    } catch (error) {
      // The next test finds no bridge of this one, and whoever reads the failure what this one said.
      this.kill();
      throw new Error(`${(error as Error).message}\n${this.log}`);
    }
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    const [code] = await inTime('stopped in order', this.exit);
    assert.equal(code, 0);
  }

  private async unexpectedEnd(): Promise<never> {
    const [code, signal] = await this.exit;
    assert.fail(`the bridge ended with ${code ?? signal}`);
  }
}

/** A bridge that hangs must fail the test, not hang it. */
async function inTime<T>(what: string, promise: Promise<T>): Promise<T> {
  const patience = new AbortController();
  const late = sleep(PATIENCE_MS, undefined, patience).then(() =>
    assert.fail(`the bridge was not ${what} within ${PATIENCE_MS / 1000} s`),
  );
  late.catch(() => {});
  return Promise.race([promise, late]).finally(() => patience.abort());
}
