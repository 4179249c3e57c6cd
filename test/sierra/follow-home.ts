import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PRICE_SCALE } from '../../bench/sierra/grown-samples.js';
import { FollowRig, INSTRUMENT, SYMBOL } from './following.js';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

/** A home folder, a data folder of Sierra Chart, and the `believe` command between them. */
export class FollowHome {
  readonly home: string;
  readonly rig: FollowRig;

  /** @param sinceUs where following begins, microseconds since the epoch */
  constructor(
    root: string,
    private readonly settings: { holdSeconds: number; lookMs: number },
    private readonly sinceUs: number,
  ) {
    this.home = path.join(root, 'home');
    mkdirSync(path.join(this.home, 'broker'), { recursive: true });
    this.rig = new FollowRig(path.join(this.home, 'broker'), sinceUs);
    const market = { symbol: 'ES', localSymbol: INSTRUMENT, exchange: 'CME', tickSize: 0.25, multiplier: 50 };
    const sierra = { ...this.settings, priceScale: PRICE_SCALE, dataFolder: this.rig.dataFolder, symbol: SYMBOL };
    writeFileSync(path.join(this.home, 'config.json'), JSON.stringify({ instrument: market, sierra }));
  }

  /** `believe sierra follow`, until it is ended. */
  start(): ChildProcess {
    return spawn(process.execPath, [MAIN, ...this.words('follow')], { stdio: ['ignore', 'ignore', 'pipe'] });
  }

  once() {
    return this.run(...this.words('follow'), '--once');
  }

  status() {
    return this.run(...this.words('status', []));
  }

  private words(verb: string, since = ['--since', new Date(this.sinceUs / 1000).toISOString()]): string[] {
    return ['sierra', verb, '--home', this.home, '--config', path.join(this.home, 'config.json'), ...since];
  }

  private run(...words: string[]): { code: number | null; said: string } {
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...words], { encoding: 'utf8' });
    return { code: status, said: stdout + stderr };
  }
}

export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
