import type { ConnectionKeeper } from '../connection/keep-connected.js';
import type { ContractGuard } from '../contract-guard.js';
import type { JournalQueue } from '../orders/journal-queue.js';
import type { OverlapCapture } from '../roll/overlap-capture.js';
import type { Supervisor } from '../supervisor.js';
import type { HotSwap } from '../swap/hot-swap.js';
import type { Trading } from '../trading.js';

/** A part that others are told to call before it is made. */
export class Later<T> {
  private part: T | undefined;

  constructor(private readonly name: string) {}

  is(part: T): T {
    this.part = part;
    return part;
  }

  /** @throws Error a defect: it was called before it was made */
  get it(): T {
    if (this.part === undefined) throw new Error(`${this.name} was called before it was made`);
    return this.part;
  }
}

/** Every call that runs back, from a part to one that is made after it. All other parts are handed over as they are. */
export class LaterParts {
  /** A halt is written down, closes positions, takes orders back and has the account looked at. */
  readonly journal = new Later<JournalQueue>('the journal');
  readonly guard = new Later<ContractGuard>('the guard of the contract');
  /** A decision becomes an order; a swap comes between two events. */
  readonly trading = new Later<Trading>('trading');
  readonly swap = new Later<HotSwap>('the hot swap');
  /** What is in doubt is asked anew, over the connection of the moment. */
  readonly keeper = new Later<ConnectionKeeper>('the keeper of the connection');
  /** The contracts beside ours hear of a stepped clock as ours does; null where there are none. */
  readonly overlap = new Later<OverlapCapture | null>('the capture of other contracts');
  readonly supervisor = new Later<Supervisor>('the supervisor');
}
