import { type Contract, EventName } from '@stoqey/ib';
import { askPositions } from '../connection/collect.js';
import type { GatewaySession } from '../connection/session.js';
import { type Account, gatewayPosition, isOwn } from './gateway-findings.js';
import type { OrderLedger } from './order-ledger.js';

export interface AccountPositionDeps {
  readonly own: Account;
  readonly ledger: () => OrderLedger;
  readonly answerMs: number;
  /** Executions that a live order may still bring are waited for so long. */
  readonly executionsLateMsMax: number;
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
  /** The gateway has said something since that nobody can read. */
  private isOdd = false;
  /** The ledger of that moment (each trade date has its own), and how often its position had changed. */
  private toldAt: { readonly ledger: OrderLedger; readonly change: number } | undefined;
  private asking: Promise<number> | undefined;
  /** Of the account from the executions, and since when it is seen; null before the first look. */
  private difference: { readonly contracts: number; readonly sinceMs: number } | null = null;

  constructor(private readonly deps: AccountPositionDeps) {}

  /** Signed, by the gateway's last word on this connection that could be read; null before the first. */
  get contracts(): number | null {
    return this.told;
  }

  /** Listens on a new connection; the subscription itself is made by whoever asks first. */
  attach(session: GatewaySession): void {
    if (this.session === session) return;
    this.session = session;
    this.told = null;
    this.isOdd = false;
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

  /** A fresh answer. @throws Failure NoAnswer, also where it is no whole number of contracts; GatewayUnreachable */
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
   * Whether what the gateway told last fits to what was known here then or at any moment since: it may know of an execution
   * before we do, or of one less. What live orders may still bring explains a difference as well.
   */
  get isExplained(): boolean {
    if (this.told === null || this.isOdd || !this.toldAt) return false;
    const ledger = this.deps.ledger();
    const { ledger: former, change } = this.toldAt;
    const known = former.positionsSince(change);
    return ledger.mayReach(this.told, former === ledger ? known : [...known, ...ledger.positionsSince(0)]);
  }

  /**
   * To be called now and then: an answer that nothing here explains, twice the same, is a doubt. What live orders explain
   * is one as well once it stays the same: their executions have come by then, or the reports are lost.
   */
  async look(session: GatewaySession): Promise<void> {
    try {
      const contracts = await this.ask(session);
      const { positionContracts } = this.deps.ledger();
      const difference = contracts - positionContracts;
      const nowMs = performance.now();
      const isSame = difference === this.difference?.contracts;
      if (!isSame) this.difference = { contracts: difference, sinceMs: nowMs };
      const isOld = nowMs - this.difference!.sinceMs >= this.deps.executionsLateMsMax;
      if (contracts === positionContracts && this.deps.isMismatchKnown())
        this.deps.onDoubt('account and executions agree again');
      else if (difference !== 0 && isSame && (isOld || !this.isExplained))
        this.deps.onDoubt(`the gateway holds ${contracts} contracts, ${difference} more than the executions say`);
    } catch {
      // No answer: the heartbeat decides whether the connection is dead.
    }
  }

  private hear(contracts: number): void {
    // What is held does not end with a word that cannot be read: it may have to be closed.
    this.isOdd = !Number.isSafeInteger(contracts);
    if (this.isOdd) return;
    this.told = contracts;
    const ledger = this.deps.ledger();
    this.toldAt = { ledger, change: ledger.positionChanges };
  }
}
