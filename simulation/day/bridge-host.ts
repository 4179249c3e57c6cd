import { pino } from 'pino';
import { type RunningBridge, startBridge } from '../../bridge/bridge.js';
import { USUAL_TUNING } from '../../bridge/tuning.js';
import type { Config } from '../../shared/config/config.js';
import { Failure } from '../../shared/failure.js';
import type { MarketClock } from '../../shared/market/clock/market-clock.js';
import type { FileLock } from '../../shared/node/disk/file-lock.js';
import type { Owner } from '../world/owner.js';
import type { World } from '../world/world.js';
import { HOME } from './home-template.js';

/** One process of the bridge, from its start to its end. */
export interface Incarnation {
  readonly owner: Owner;
  readonly startedMs: number;
  /** Undefined until `startBridge` has resolved. */
  running: RunningBridge | undefined;
  /** When `startBridge` gave up, and why. */
  failed: { readonly atMs: number; readonly error: unknown } | undefined;
}

export interface HostDeps {
  readonly world: World;
  readonly clock: MarketClock;
  readonly config: () => Config;
  readonly positionEveryMs: () => number;
  /** Lines of the bridge's log, as JSON; null: it is silent. */
  readonly onLog: ((line: string) => void) | null;
  readonly onNews: (what: string) => void;
}

/** What a service host waits before it starts a bridge again that did not start. */
const RETRY_MS = 2000;
/** A start that failed has ended by then, or its process stays. */
const END_MS = 500;

/** The service host: starts the bridge, ends it as the plan says, and starts it again. */
export class BridgeHost {
  readonly incarnations: Incarnation[] = [];
  private isOver = false;
  private lockedBy: Owner | undefined;
  private startDueMs = Number.POSITIVE_INFINITY;

  constructor(private readonly deps: HostDeps) {}

  /** Every process that has not ended. */
  get alive(): Incarnation[] {
    return this.incarnations.filter(({ owner }) => owner.isAlive);
  }

  /** The one that operators mean. */
  get current(): Incarnation | undefined {
    return this.alive[0];
  }

  startIn(delayMs: number): void {
    const { world } = this.deps;
    const dueMs = world.nowMs + delayMs;
    this.startDueMs = dueMs;
    world.schedule(delayMs, world.outside, 'service host', () => {
      if (this.startDueMs !== dueMs || this.isOver || this.current) return;
      this.start();
    });
  }

  /** Starts a process whatever runs already. */
  start(): void {
    const { world, clock, config, onNews } = this.deps;
    const owner = world.createOwner(`bridge#${this.incarnations.length + 1}`);
    const incarnation: Incarnation = { owner, startedMs: world.nowMs, running: undefined, failed: undefined };
    this.incarnations.push(incarnation);
    onNews(`${owner.name} starts (${config().instrument.localSymbol})`);
    world.schedule(0, owner, 'main', () => {
      const options = { config: config(), clock, home: HOME, log: this.log(owner), tuning: this.tuning() };
      // Other processes and threads would bring their own time into the world; they are tested elsewhere.
      const alone = { examine: async () => {}, watch: () => ({ stop: async () => {} }) };
      startBridge({ ...options, ...alone, takeHome: async () => this.lockHome(owner) }).then(
        (running) => {
          incarnation.running = running;
          onNews(`${owner.name} runs`);
        },
        (error: unknown) => this.startFailed(incarnation, error),
      );
    });
  }

  /** As the operating system's lock: one process a home, until it ends. @throws Failure BridgeRunning */
  private lockHome(owner: Owner): FileLock {
    if (this.lockedBy?.isAlive) throw new Failure('BridgeRunning', `${this.lockedBy.name} has the home`);
    this.lockedBy = owner;
    return { release: () => (this.lockedBy = undefined) };
  }

  kill(restartMs: number): void {
    const { current } = this;
    if (!current) return;
    this.deps.onNews(`${current.owner.name} is killed`);
    current.owner.end(true);
    this.startIn(restartMs);
  }

  /** As by SIGTERM. */
  stop(restartMs: number, then: () => void = () => {}): void {
    const { world, onNews } = this.deps;
    const { current } = this;
    if (!current?.running) return;
    const { owner, running } = current;
    onNews(`${owner.name} is asked to stop`);
    world.schedule(0, owner, 'SIGTERM', () => {
      const end = () => {
        onNews(`${owner.name} has stopped`);
        world.schedule(0, world.outside, 'exit', () => owner.end(false));
        then();
        this.startIn(restartMs);
      };
      running.stop().then(end, end);
    });
  }

  /** No further start. */
  retire(): void {
    this.isOver = true;
  }

  /** The process ends once nothing keeps it; where something does, it lives on, and the service host sees it running. */
  private startFailed(incarnation: Incarnation, error: unknown): void {
    const { world, onNews } = this.deps;
    const { owner } = incarnation;
    incarnation.failed = { atMs: world.nowMs, error };
    onNews(`${owner.name} does not start: ${error instanceof Error ? error.message : String(error)}`);
    world.schedule(END_MS, world.outside, 'exit', () => {
      if (owner.keptAlive > 0) return;
      owner.end(false);
      if (!this.current) this.startIn(RETRY_MS);
    });
  }

  private tuning() {
    return {
      ...USUAL_TUNING,
      timeouts: { handshakeMs: 3000, heartbeatMs: 800, silenceMsMax: 2500 },
      backoff: { firstMs: 50, lastMs: 400 },
      ...{ answerMs: 3000, secondLookMs: 200, stuckOrderMs: 1000, doubtMs: 300, depthRetryMs: 1000, alarmQuietMs: 500 },
      positionEveryMs: this.deps.positionEveryMs(),
    };
  }

  private log(owner: Owner) {
    const { onLog } = this.deps;
    if (!onLog) return pino({ level: 'silent' });
    return pino({ level: 'info', base: { process: owner.name } }, { write: onLog });
  }
}
