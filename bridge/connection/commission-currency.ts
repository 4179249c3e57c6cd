import { type CommissionReport, EventName } from '@stoqey/ib';
import type { GatewaySession } from './session.js';

export interface CommissionCurrencyDeps {
  /** Currency of price, profit and loss limit. */
  readonly currency: string;
  /** Whether the execution counts in our journal. */
  readonly isOurs: (execId: string) => boolean;
  readonly onOther: (text: string) => void;
}

/** Notices commissions of ours that are charged in another currency: as plain numbers they would falsify the day's profit. */
export class CommissionCurrency {
  private session: GatewaySession | undefined;
  /** Of executions that we do not know, or not yet: a commission may come before its execution. */
  private readonly waiting = new Map<string, string>();

  constructor(private readonly deps: CommissionCurrencyDeps) {}

  /** After the order desk, which counts an execution before this asks whether it counts. */
  attach(session: GatewaySession): void {
    if (this.session === session) return;
    this.session = session;
    session.ib.on(EventName.commissionReport, ({ execId, currency }: CommissionReport) => {
      if (execId === undefined || currency === this.deps.currency) return;
      this.waiting.set(execId, currency ?? '');
      this.judge(execId);
    });
    session.ib.on(EventName.execDetails, (_requestId, _contract, { execId }) => {
      if (execId !== undefined) this.judge(execId);
    });
  }

  private judge(execId: string): void {
    const currency = this.waiting.get(execId);
    if (currency === undefined || !this.deps.isOurs(execId)) return;
    this.waiting.delete(execId);
    this.deps.onOther(
      `the commission of execution ${execId} is in ${currency || 'no currency that is named'}, not in ${this.deps.currency}: the day's profit is not known`,
    );
  }
}
