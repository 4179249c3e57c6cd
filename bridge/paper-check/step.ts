import type { Config } from '../../shared/config/config.js';
import type { MarketClock } from '../../shared/market/clock/market-clock.js';
import type { GatewaySession } from '../connection/session.js';
import type { PaperDesk } from './paper-desk.js';
import type { Patience } from './patience.js';
import type { Quotes } from './quotes.js';
import type { Witness } from './witness.js';

/** One thing that real TWS was asked about. */
export interface Observation {
  readonly question: string;
  /** In words that compare; null where it could not be seen. */
  readonly observed: string | null;
  /** The same of the simulator; null where it only does what a script says. */
  readonly simulator: string | null;
  /** What is not compared: times, examples, why it was not seen. */
  readonly note?: string;
}

/** One point of the checklist in docs/simulator.md. */
export interface Step {
  readonly id: string;
  readonly title: string;
  /** What it does; of a point that nobody can automate, what to look for. */
  readonly does: string;
  readonly kind: 'alone' | 'by hand' | 'checklist';
  /** At most; a fill is one contract bought or sold. */
  readonly orders: number;
  readonly fills: number;
  /** @throws Failure Interrupted, ConnectionLost, NotSeen where it cannot be seen now */
  run(bench: Bench): Promise<readonly Observation[]>;
}

/** What a step works with. */
export interface Bench {
  readonly config: Config;
  readonly clock: MarketClock;
  readonly session: GatewaySession;
  readonly witness: Witness;
  readonly desk: PaperDesk;
  readonly quotes: Quotes;
  readonly patience: Patience;
  /**
   * Says what to do by hand, and waits until it is seen. @returns whether it was
   * @throws Failure NotSeen where nobody is there
   */
  byHand(instruction: string, isSeen: () => boolean): Promise<boolean>;
  progress(text: string): void;
}
