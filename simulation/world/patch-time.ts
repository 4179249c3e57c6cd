import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import type { VirtualEvent } from './event-queue.js';
import type { Owner } from './owner.js';
import { activeWorld, type World } from './world.js';

/** Node runs a shorter or an impossible delay after one millisecond. */
function delayOf(ms: unknown): number {
  const delay = Number(ms);
  return delay >= 1 && delay <= 2 ** 31 - 1 ? Math.trunc(delay) : 1;
}

type Work = (...args: unknown[]) => void;

/** What setTimeout and setInterval return. */
export class VirtualTimer {
  private event: VirtualEvent | undefined;
  private isRef = true;
  private readonly owner: Owner;

  constructor(
    private readonly world: World,
    private readonly work: () => void,
    private readonly delayMs: number,
    private readonly repeats: boolean,
  ) {
    this.owner = world.owner;
    this.arm();
  }

  ref(): this {
    this.become(true);
    return this;
  }

  unref(): this {
    this.become(false);
    return this;
  }

  hasRef(): boolean {
    return this.isRef;
  }

  refresh(): this {
    this.close();
    this.arm();
    return this;
  }

  close(): this {
    if (!this.event) return this;
    this.event.isCancelled = true;
    this.event = undefined;
    if (this.isRef) this.owner.keptAlive--;
    return this;
  }

  [Symbol.toPrimitive](): number {
    return this.event?.order ?? -1;
  }

  private become(isRef: boolean): void {
    if (this.event && isRef !== this.isRef) this.owner.keptAlive += isRef ? 1 : -1;
    this.isRef = isRef;
  }

  private arm(): void {
    if (!this.owner.isAlive) return;
    if (this.isRef) this.owner.keptAlive++;
    this.event = this.world.schedule(this.delayMs, this.owner, 'timer', () => this.fire());
  }

  private fire(): void {
    this.event = undefined;
    if (this.isRef) this.owner.keptAlive--;
    // Armed before the work, so that the work can end it; the time of the work does not add up.
    if (this.repeats) this.arm();
    this.work();
  }
}

interface VirtualImmediate {
  readonly event: VirtualEvent;
}

/** Timers, `Date` and `performance.now` of the active world; without one, the real ones. */
export function patchTime(): void {
  patchTimers();
  patchPromises();
  patchClocks();
  patchTicks();
}

function patchTimers(): void {
  const real = { ...pick(globalThis, ['setTimeout', 'setInterval', 'setImmediate']) };
  const clear = { ...pick(globalThis, ['clearTimeout', 'clearInterval', 'clearImmediate']) };
  const start = (name: 'setTimeout' | 'setInterval') =>
    keepOwn(real[name], (work: Work, ms?: number, ...args: unknown[]) => {
      const world = activeWorld();
      if (!world) return call(real[name], work, ms, ...args);
      return new VirtualTimer(world, () => work(...args), delayOf(ms), name === 'setInterval');
    });
  const stop = (name: 'clearTimeout' | 'clearInterval') => (timer: unknown) =>
    timer instanceof VirtualTimer ? void timer.close() : call(clear[name], timer);
  const setImmediate = keepOwn(real.setImmediate, (work: Work, ...args: unknown[]) => {
    const world = activeWorld();
    if (!world) return call(real.setImmediate, work, ...args);
    const immediate: VirtualImmediate = { event: world.schedule(0, world.owner, 'immediate', () => work(...args)) };
    return immediate;
  });
  const clearImmediate = (immediate: unknown) => {
    const event = (immediate as Partial<VirtualImmediate> | undefined)?.event;
    if (event) event.isCancelled = true;
    else call(clear.clearImmediate, immediate);
  };
  const patched = {
    ...{ setTimeout: start('setTimeout'), setInterval: start('setInterval'), setImmediate, clearImmediate },
    ...{ clearTimeout: stop('clearTimeout'), clearInterval: stop('clearInterval') },
  };
  Object.assign(globalThis, patched);
  Object.assign(timers, patched);
}

function patchPromises(): void {
  const real = { ...pick(timersPromises, ['setTimeout', 'setImmediate']) };
  const waitVirtually = (delayMs: number, value: unknown, signal: AbortSignal | undefined) =>
    new Promise((resolve, reject) => {
      const abort = () => {
        timer.close();
        reject(Object.assign(new Error('The operation was aborted'), { name: 'AbortError', code: 'ABORT_ERR' }));
      };
      const world = activeWorld()!;
      const done = () => {
        signal?.removeEventListener('abort', abort);
        resolve(value);
      };
      const timer = new VirtualTimer(world, done, delayMs, false);
      if (signal?.aborted) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    });
  Object.assign(timersPromises, {
    setTimeout: (ms?: number, value?: unknown, options?: { signal?: AbortSignal }) =>
      activeWorld() ? waitVirtually(delayOf(ms), value, options?.signal) : call(real.setTimeout, ms, value, options),
    setImmediate: (value?: unknown, options?: { signal?: AbortSignal }) =>
      activeWorld() ? waitVirtually(0, value, options?.signal) : call(real.setImmediate, value, options),
  });
}

function patchClocks(): void {
  const { now } = Date;
  Date.now = () => activeWorld()?.wallMs ?? now();
  globalThis.Date = new Proxy(Date, {
    construct(target, args) {
      const world = args.length === 0 ? activeWorld() : null;
      return Reflect.construct(target, world ? [world.wallMs] : args) as object;
    },
  });
  const monotonic = performance.now.bind(performance);
  Object.defineProperty(performance, 'now', {
    configurable: true,
    writable: true,
    value: () => activeWorld()?.nowMs ?? monotonic(),
  });
}

function patchTicks(): void {
  const { nextTick } = process;
  const { queueMicrotask } = globalThis;
  process.nextTick = (work: Work, ...args: unknown[]) => {
    const world = activeWorld();
    if (world) world.nextTick(() => work(...args));
    else call(nextTick, work, ...args);
  };
  // A microtask that throws would reach the real process; here it is uncaught in its own.
  globalThis.queueMicrotask = (work) =>
    queueMicrotask(() => {
      const world = activeWorld();
      if (!world) return work();
      try {
        work();
      } catch (error) {
        world.uncaught(error);
      }
    });
}

function pick<T extends object, K extends keyof T>(from: T, names: readonly K[]): Pick<T, K> {
  return Object.fromEntries(names.map((name) => [name, from[name]])) as Pick<T, K>;
}

/** What the real function carries besides (its promise variant) stays. */
function keepOwn<T extends object>(real: object, patched: T): T {
  for (const key of Reflect.ownKeys(real))
    if (!(key in patched)) Object.defineProperty(patched, key, Object.getOwnPropertyDescriptor(real, key)!);
  return patched;
}

function call(real: unknown, ...args: unknown[]): unknown {
  return (real as (...args: unknown[]) => unknown).call(process, ...args);
}
