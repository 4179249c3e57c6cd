import { type Contract, EventName } from '@stoqey/ib';
import { askPositions } from '../connection/collect.js';
import type { GatewaySession } from '../connection/session.js';
import type { OrderLedger } from './order-ledger.js';
import { type Account, gatewayPosition, isOwn } from './reconcile.js';

export interface AccountPositionDeps {
  readonly own: Account;
  readonly ledger: () => OrderLedger;
  readonly answerMs: number;
  /** Reconciliation has found that account and executions differ. */
  readonly isMismatchKnown: () => boolean;
  readonly onDoubt: (reason: string) => void;
}

/**
 * The position by the account itself: the subscription stays open, and is asked anew now and then. A trade by another
 * hand, a liquidation or a settlement is told to nobody else. What the gateway has not told is not known.
 */
export class AccountPosition {
  private session: GatewaySession | undefined;
  private told: number | null = null;
  /** How often the ledger's position had changed when it was told. */
  private toldAtChange = 0;
  /** Whether it fitted to what was known here when it was told. */
  private fittedWhenTold = false;
  private asking: Promise<number> | undefined;
  private lastUnexplained: number | null = null;

  constructor(private readonly deps: AccountPositionDeps) {}

  /** Signed, by the gateway's last word on this connection; null before the first. */
  get contracts(): number | null {
    return this.told;
  }

  /** Listens on a new connection; the subscription itself is made by whoever asks first. */
  attach(session: GatewaySession): void {
    if (this.session === session) return;
    this.session = session;
    this.told = null;
    this.asking = undefined;
    session.ib.on(EventName.position, (account: string, contract: Contract, contracts: number) => {
      if (session !== this.session || account !== this.deps.own.account || !isOwn(contract, this.deps.own)) return;
      this.hear(contracts);
    });
  }

  /** The connection is gone: so is what it told. */
  lost(): void {
    this.session = undefined;
    this.told = null;
    this.asking = undefined;
  }

  /** A fresh answer. @throws Failure NoAnswer, also where the answer is no whole number of contracts */
  ask(session: GatewaySession): Promise<number> {
    this.attach(session);
    this.asking ??= askPositions(session, this.deps.answerMs)
      .then((positions) => {
        const contracts = gatewayPosition(positions, this.deps.own);
        this.hear(contracts);
        return contracts;
      })
      .finally(() => {
        this.asking = undefined;
      });
    return this.asking;
  }

  /**
   * Whether what the gateway told last fits to what is known here: executions that live orders may still bring explain a
   * difference. So do executions that were counted since, but only of what had fitted until then: they may have been in it.
   */
  get isExplained(): boolean {
    if (this.told === null) return false;
    return this.fits(this.told) || (this.fittedWhenTold && this.deps.ledger().positionChanges !== this.toldAtChange);
  }

  /** To be called now and then: an answer that nothing here explains, twice the same, is a doubt. */
  async look(session: GatewaySession): Promise<void> {
    try {
      const contracts = await this.ask(session);
      const { positionContracts } = this.deps.ledger();
      const unexplained = this.isExplained ? null : contracts - positionContracts;
      if (contracts === positionContracts && this.deps.isMismatchKnown())
        this.deps.onDoubt('account and executions agree again');
      if (unexplained !== null && unexplained === this.lastUnexplained)
        this.deps.onDoubt(`the gateway holds ${contracts} contracts, ${unexplained} more than the executions say`);
      this.lastUnexplained = unexplained;
    } catch {
      // No answer: the heartbeat decides whether the connection is dead.
    }
  }

  private hear(contracts: number): void {
    this.told = Number.isSafeInteger(contracts) ? contracts : null;
    this.toldAtChange = this.deps.ledger().positionChanges;
    this.fittedWhenTold = this.told !== null && this.fits(this.told);
  }

  private fits(contracts: number): boolean {
    const ledger = this.deps.ledger();
    const { positionContracts } = ledger;
    return (
      contracts <= positionContracts + ledger.openContracts('BUY') &&
      contracts >= positionContracts - ledger.openContracts('SELL')
    );
  }
}
