import type { Window } from '../day/simulated-clock.js';
import type { MarketStyle } from '../day/simulated-market.js';

/** Moments inside a process at which a kill can strike: a line of the order journal, or a message to the gateway. */
export type KillMoment =
  | { readonly at: 'once' }
  | { readonly at: 'line'; readonly kind: string; readonly part: 'before' | 'half' | 'after' }
  | { readonly at: 'message'; readonly kind: string; readonly part: 'before' | 'half' | 'after' };

/** What happens to the world, besides the bridge's and the gateway's own doing. Times in ms, of the monotonic clock. */
export type Action =
  /** Something the gateway's own fault scripts can do. */
  | { readonly do: 'gateway'; readonly fault: Readonly<Record<string, unknown>> }
  /** A person trades in TWS: signed contracts. */
  | { readonly do: 'hand-trade'; readonly contracts: number }
  /** A person closes in TWS whatever the account holds. */
  | { readonly do: 'close-by-hand' }
  /** An order under our client id that this home knows nothing of. */
  | { readonly do: 'stray-order'; readonly contracts: number }
  /** Another under the reference of an order of ours that works. */
  | { readonly do: 'twin-order' }
  | { readonly do: 'kill'; readonly moment: KillMoment; readonly restartMs: number }
  | { readonly do: 'stop'; readonly restartMs: number }
  | { readonly do: 'power-cut'; readonly restartMs: number }
  | { readonly do: 'disk-full'; readonly freeBytes: number; readonly forMs: number }
  | { readonly do: 'failing-syncs'; readonly count: number }
  | { readonly do: 'slow-disk'; readonly delayMs: number; readonly forMs: number }
  | { readonly do: 'wall-step'; readonly stepMs: number }
  | { readonly do: 'ask'; readonly what: 'halt' | 'flatten' | 'resume' }
  /** The gateway holds the next order, and says of it what halts trading. */
  | { readonly do: 'halt-on-order'; readonly holdMs: number }
  /** The gateway refuses the next order, leaves it out of the look that follows, and works it all the same after a while. */
  | { readonly do: 'refused-and-left-out'; readonly code: number; readonly thenMs: number }
  /** The next release; a broken one is refused. */
  | { readonly do: 'arm'; readonly release: number }
  | { readonly do: 'second-bridge' }
  /** Another program listens at the bridge's metrics port. */
  | { readonly do: 'take-port'; readonly forMs: number }
  | { readonly do: 'cut'; readonly forMs: number }
  | { readonly do: 'lag'; readonly delayMs: number; readonly forMs: number }
  | { readonly do: 'push'; readonly ticks: number }
  /** The link is reset, and the newest order is not among those that the gateway shows first. */
  | { readonly do: 'order-shown-late' }
  /** The market goes against what is held, by so many times the day's limit. */
  | { readonly do: 'push-against'; readonly share: number }
  /** The market goes away from the newest order that works. */
  | { readonly do: 'push-away'; readonly ticks: number }
  /** The gateway holds the next order of a decision for a while; what is to happen meanwhile begins once it works. */
  | { readonly do: 'on-order'; readonly holdMs: number; readonly then: readonly Later[] }
  /** Begins with the next fill of a decision's order. */
  | { readonly do: 'on-fill'; readonly then: readonly Later[] }
  /** The bridge is stopped, and started anew for the next contract of the product. */
  | { readonly do: 'roll'; readonly restartMs: number };

export type Step = Action & { readonly atMs: number };

/** What happens so long after something else, ms. */
export interface Later {
  readonly afterMs: number;
  readonly action: Action;
}

/** What stays the same for the whole day. */
export interface Setting {
  readonly product: 'ES' | 'RTY';
  readonly windows: readonly Window[];
  /** Names of the windows, for people. */
  readonly windowNames: readonly string[];
  /** Market seconds a wall second. */
  readonly speed: number;
  readonly style: MarketStyle;
  readonly startPosition: number;
  readonly risk: Readonly<Record<string, number>>;
  readonly bridge: Readonly<Record<string, number>>;
  readonly policyContracts: number;
  readonly positionEveryMs: number;
  readonly hasMetricsPort: boolean;
  readonly depthStyle: 'shift' | 'overwrite';
  /** After the last window's faults, before the truth is compared. */
  readonly flattensAtEnd: boolean;
  /** From the trade date before it on nothing may be opened; null where the contract is far from its end. */
  readonly firstNoticeDate: string | null;
}

/** One day, drawn from a seed. Without some of its steps it is another day, which runs as well. */
export interface Plan {
  readonly seed: number;
  readonly setting: Setting;
  readonly steps: readonly Step[];
}

/** When the last window ends, ms after the start. */
export function playedMs({ windows, speed }: Setting): number {
  return windows.reduce((sum, { lengthMs }) => sum + lengthMs, 0) / speed;
}
