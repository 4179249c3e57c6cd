import { createHash } from 'node:crypto';
import { seededRandom } from '../../shared/random.js';
import { EventQueue, type VirtualEvent } from './event-queue.js';
import { Owner } from './owner.js';
import { VirtualDisk } from './virtual-disk.js';
import { VirtualNetwork } from './virtual-network.js';

/** Events at one virtual moment; more means that somebody waits without letting time pass. */
const EVENTS_AT_ONE_MOMENT_MAX = 100_000;

/** Code of the product threw where nobody caught it. */
export interface Uncaught {
  readonly owner: Owner;
  readonly error: unknown;
}

/** A small world of its own: time, disk, network and chance, all from one seed. */
export class World {
  /** Monotonic milliseconds. */
  nowMs = 0;
  /** What steps of the computer's clock have added up to. */
  wallStepMs = 0;
  /** On whose behalf the present code runs; microtasks inherit it from the event that led to them. */
  owner: Owner;
  readonly outside = new Owner('outside', 1);
  readonly disk: VirtualDisk;
  readonly network: VirtualNetwork;
  /** Latencies, torn writes and the like. */
  readonly random: () => number;
  /** What processes draw for themselves: UUIDs, temporary names. */
  readonly processRandom: () => number;
  /** Called after every event, when its microtasks are done. */
  afterEvent: (event: VirtualEvent) => void = () => {};
  onUncaught: (uncaught: Uncaught) => void = () => {};
  eventsRun = 0;
  private readonly queue = new EventQueue();
  private readonly ticks: { owner: Owner; run: () => void }[] = [];
  private readonly hash = createHash('sha256');
  private unhashed = '';
  private order = 0;
  private pids = 1000;
  private atOneMoment = 0;

  constructor(
    seed: number,
    private readonly wallStartMs: number,
  ) {
    this.random = seededRandom(seed);
    this.processRandom = seededRandom(seed + 2 ** 40);
    this.owner = this.outside;
    this.disk = new VirtualDisk(this);
    this.network = new VirtualNetwork(this);
  }

  /** What the computer's clock says: whole milliseconds since the epoch. */
  get wallMs(): number {
    return Math.floor(this.wallStartMs + this.nowMs + this.wallStepMs);
  }

  createOwner(name: string): Owner {
    return new Owner(name, ++this.pids);
  }

  schedule(delayMs: number, owner: Owner, what: string, run: () => void): VirtualEvent {
    const atMs = this.nowMs + Math.max(0, delayMs);
    const event: VirtualEvent = { atMs, order: this.order++, owner, what, run, isCancelled: false };
    this.queue.push(event);
    return event;
  }

  nextTick(run: () => void): void {
    this.ticks.push({ owner: this.owner, run });
  }

  /** Runs one event and all that follows from it at once. @returns false where nothing is left to happen */
  step(): boolean {
    const event = this.queue.pop();
    if (!event) return false;
    this.atOneMoment = event.atMs > this.nowMs ? 0 : this.atOneMoment + 1;
    if (this.atOneMoment > EVENTS_AT_ONE_MOMENT_MAX)
      throw new Error(`${event.owner.name} waits for something without letting time pass (${event.what})`);
    // A process that kept the processor busy is late for what was due meanwhile.
    this.nowMs = Math.max(this.nowMs, event.atMs);
    this.record(`${this.nowMs.toFixed(3)} ${event.owner.name} ${event.what}`);
    this.eventsRun++;
    this.as(event.owner, event.run);
    this.drain(event.owner);
    this.afterEvent(event);
    return true;
  }

  /** Runs `work` on behalf of a process; what it throws is uncaught there. */
  as(owner: Owner, work: () => void): void {
    const before = this.owner;
    this.owner = owner;
    try {
      work();
    } catch (error) {
      this.uncaught(error);
    } finally {
      this.owner = before;
    }
  }

  uncaught(error: unknown): void {
    if (this.owner.isAlive) this.onUncaught({ owner: this.owner, error });
  }

  /** The processor was busy (or waited for a disk) for this long: nothing else of the process could run. */
  burn(ms: number): void {
    this.nowMs += ms;
  }

  /** Everything that happens goes into the digest: two runs of a seed agree, or their digests differ. */
  record(line: string): void {
    this.unhashed += `${line}\n`;
    if (this.unhashed.length > 32_768) this.flushHash();
  }

  digest(): string {
    this.flushHash();
    return this.hash.copy().digest('hex');
  }

  private flushHash(): void {
    this.hash.update(this.unhashed);
    this.unhashed = '';
  }

  /** Microtasks and ticks, in Node's order, until none is left. */
  private drain(owner: Owner): void {
    this.owner = owner;
    do {
      for (let tick = this.ticks.shift(); tick; tick = this.ticks.shift()) this.as(tick.owner, tick.run);
      runMicrotasks();
    } while (this.ticks.length > 0);
    this.owner = this.outside;
  }
}

/** What Node itself calls between two callbacks. It works only outside of microtasks: see `inOneTurn`. */
const runMicrotasks = (process as unknown as { _tickCallback(): void })._tickCallback;

let active: World | null = null;

/** The world that the patched builtins serve; null: the real one. */
export function activeWorld(): World | null {
  return active;
}

export function enterWorld(world: World | null): void {
  active = world;
}
