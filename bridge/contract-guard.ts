import type { MarketClock } from '../shared/market/clock/market-clock.js';
import type { Alarms } from './alarms/alarms.js';
import { CommissionCurrency } from './connection/commission-currency.js';
import type { GatewaySession } from './connection/session.js';
import type { Halts } from './halt/halts.js';
import type { MarketHours } from './market-hours.js';
import { type FormerJournal, leftOpenBy, readFormerJournals } from './orders/former-journals.js';
import type { JournalQueue } from './orders/journal-queue.js';
import { OtherContracts, type OwnContract } from './orders/other-contracts.js';

export interface ContractGuardDeps {
  readonly own: OwnContract;
  /** Of price, profit and loss limit. */
  readonly currency: string;
  /** The folder of all journals, one for each account and contract. */
  readonly journals: string;
  readonly clock: MarketClock;
  readonly hours: MarketHours;
  readonly halts: Halts;
  readonly alarms: Alarms;
  readonly journal: JournalQueue;
}

/** Sees to it that one contract is traded, in one currency and while it lasts; halts or calls a person where that is not so. */
export class ContractGuard {
  private readonly former: readonly FormerJournal[];
  private readonly others: OtherContracts;
  private readonly commissions: CommissionCurrency;

  constructor(private readonly deps: ContractGuardDeps) {
    const { own, currency, journals, halts, alarms, journal } = deps;
    this.former = readFormerJournals(journals, own);
    this.others = new OtherContracts({
      own,
      isExplained: (execId) => this.former.some(({ ledger }) => ledger?.executions.judge(execId).kind === 'duplicate'),
      onFound: (text) => {
        halts.raise('other-contract', text);
        alarms.raise('OtherContract', text);
      },
    });
    this.commissions = new CommissionCurrency({
      currency,
      isOurs: (execId) => journal.ledger.executions.find(execId) !== undefined,
      onOther: (text) => halts.raise('account-currency', text),
    });
  }

  /** A first start after a roll: what the journal of the former contract leaves open halts, whatever the gateway says. */
  start(): void {
    if (!this.deps.journal.journal.isFresh) return;
    const leftOpen = this.former.flatMap((one) => leftOpenBy(one) ?? []);
    if (leftOpen.length > 0)
      this.deps.halts.raise('other-contract', `${leftOpen.join('; ')}: close or transfer it by hand, then resume`);
  }

  /** Before each reconciliation, after the order desk: what the desk has counted is explained. */
  attach(session: GatewaySession): void {
    this.others.attach(session);
    this.commissions.attach(session);
  }

  /** An operator has looked at it; whether it is gone the gateway has to say, before an order is sent. */
  resumed(): void {
    this.others.forget();
  }

  /** To be called as time passes. */
  tick(): void {
    const { clock, alarms, hours, own, journal } = this.deps;
    const nowMs = clock.nowMs();
    const contracts = journal.ledger.positionContracts;
    const isEnding = contracts !== 0 && nowMs >= hours.lastOpenMs;
    if (isEnding)
      alarms.raise(
        'ContractExpiring',
        `${contracts} contracts of ${own.localSymbol} are held, which expires or is delivered soon`,
      );
    else alarms.clear('ContractExpiring');
    const difference = hours.differenceAt(nowMs);
    if (difference) alarms.raise('CalendarDiffers', difference);
    else alarms.clear('CalendarDiffers');
  }
}
