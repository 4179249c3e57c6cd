import { askPositions } from '../connection/collect.js';
import type { GatewaySession } from '../connection/session.js';
import type { OrderLedger } from './order-ledger.js';
import { type Account, gatewayPosition } from './reconcile.js';

export interface PositionWatchDeps {
  readonly own: Account;
  readonly ledger: () => OrderLedger;
  readonly answerMs: number;
  readonly onDoubt: (reason: string) => void;
}

/**
 * Asks for the account's position now and then: a trade by another hand is told to nobody else. A fill may be on its
 * way while we ask, so only the same difference seen twice is a doubt; reconciliation then decides.
 */
export class PositionWatch {
  private lastDifference = 0;
  private isAsking = false;

  constructor(private readonly deps: PositionWatchDeps) {}

  async look(session: GatewaySession): Promise<void> {
    if (this.isAsking) return;
    this.isAsking = true;
    try {
      const positions = await askPositions(session, this.deps.answerMs);
      const contracts = gatewayPosition(positions, this.deps.own);
      const difference = contracts - this.deps.ledger().positionContracts;
      if (difference !== 0 && difference === this.lastDifference)
        this.deps.onDoubt(`the gateway holds ${contracts} contracts, ${difference} more than the executions say`);
      this.lastDifference = difference;
    } catch {
      // No answer: the heartbeat decides whether the connection is dead.
    } finally {
      this.isAsking = false;
    }
  }
}
