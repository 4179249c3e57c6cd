import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { homePlaces } from '../../shared/config/home-places.js';
import { type BridgeStatus, bridgeStatus } from '../../shared/contract/bridge-status.js';
import { BRIDGE_NODE_ARGUMENTS } from '../../shared/node/process/bridge-heap.js';
import type { BridgeAsk, BridgeUse } from './bridge-process.js';

/** A bridge in a process of its own. */
export class RunningBridge {
  private constructor(
    private readonly process: ChildProcess,
    private readonly home: string,
  ) {}

  static async start(ask: BridgeAsk): Promise<RunningBridge> {
    const program = fileURLToPath(new URL('./bridge-process.js', import.meta.url));
    const child = fork(program, [], {
      execArgv: [...BRIDGE_NODE_ARGUMENTS],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const bridge = new RunningBridge(child, ask.config.home);
    child.send(ask);
    await bridge.answer();
    return bridge;
  }

  use(): Promise<BridgeUse> {
    return this.ask('use');
  }

  /** From here on the event loop is watched. */
  begin(): Promise<BridgeUse> {
    return this.ask('begin');
  }

  status(): BridgeStatus {
    return bridgeStatus.parse(JSON.parse(readFileSync(homePlaces(this.home).broker.status, 'utf8')));
  }

  async until(isSo: (status: BridgeStatus) => boolean): Promise<BridgeStatus> {
    for (;;) {
      const status = this.status();
      if (isSo(status)) return status;
      await sleep(50);
    }
  }

  /** As after a SIGTERM: segments and journals are closed. */
  async stop(): Promise<BridgeUse> {
    const last = await this.ask('stop');
    this.process.disconnect();
    await once(this.process, 'exit');
    return last;
  }

  /** Where it was not stopped in order. */
  kill(): void {
    if (this.process.exitCode === null) this.process.kill('SIGKILL');
  }

  private async ask(what: 'begin' | 'use' | 'stop'): Promise<BridgeUse> {
    this.process.send(what);
    return (await this.answer()) as BridgeUse;
  }

  private answer(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null) => reject(new Error(`the bridge of the bench ended with code ${code}`));
      this.process.once('exit', onExit);
      this.process.once('message', (message) => {
        this.process.off('exit', onExit);
        resolve(message);
      });
    });
  }
}
