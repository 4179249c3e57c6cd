import type { Contract } from '@stoqey/ib';
import type { Config } from '../../shared/config/config.js';
import type { MarketClock } from '../../shared/market/clock/market-clock.js';
import type { Bar } from '../../shared/market/events/bar.js';
import type { ContractGuard } from '../contract-guard.js';
import type { Decider } from '../decide/decider.js';
import type { DecisionLog } from '../decide/decision-log.js';
import { bootstrapBars } from '../feed/bootstrap-bars.js';
import type { MarketFeed } from '../feed/market-feed.js';
import type { Halts } from '../halt/halts.js';
import type { MarketHours } from '../market-hours.js';
import type { AccountPosition } from '../orders/account-position.js';
import type { OrderDesk } from '../orders/order-desk.js';
import { type ReconciliationDeps, reconcile } from '../orders/reconcile.js';
import { withOwnBars } from '../roll/overlap-bars.js';
import type { OverlapCapture } from '../roll/overlap-capture.js';
import type { Rolling } from '../roll/rolling.js';
import type { RegimeWatch } from '../status/regime.js';
import { askBaseCurrency } from './account-currency.js';
import { checkContract } from './contract.js';
import type { GatewaySession } from './session.js';

export interface SessionWork extends ReconciliationDeps {
  readonly config: Config;
  readonly clock: MarketClock;
  readonly contract: Contract;
  readonly desk: OrderDesk;
  readonly position: AccountPosition;
  readonly guard: ContractGuard;
  readonly hours: MarketHours;
  readonly feed: MarketFeed;
  readonly decider: Decider;
  readonly decisionLog: DecisionLog;
  readonly halts: Halts;
  readonly regime: RegimeWatch;
  readonly rolling: Pick<Rolling, 'learn'> | null;
  readonly overlap: Pick<OverlapCapture, 'subscribe'> | null;
  /** Bars of our contract from before it was traded, as we captured it; none where it is not new. */
  readonly ownBars: () => Promise<readonly Bar[]>;
}

/**
 * What has to be done on every connection before trading goes on, in the one safe order: is it our account and our
 * contract; what became of our orders, executions and position; and only then market data. @throws Failure
 */
export async function prepareSession(
  session: GatewaySession,
  { resubscribe }: { readonly resubscribe: boolean },
  work: SessionWork,
): Promise<void> {
  work.halts.raise('connection', 'orders and position are being reconciled with the gateway');
  work.desk.attach(session);
  work.guard.attach(session);
  work.position.attach(session);
  await checkAccount(session, work);
  if (resubscribe) work.hours.learn(await checkContract(session, work.config.instrument, work.answerMs));
  await reconcile(session, work, { looksMin: resubscribe ? 2 : 1 });
  await work.position.ask(session);
  if (resubscribe) {
    await warmBars(session, work);
    work.feed.subscribe(session);
    work.overlap?.subscribe(session);
    await work.rolling?.learn(session);
  }
  work.halts.lift('connection');
}

async function checkAccount(session: GatewaySession, { config, halts, answerMs }: SessionWork): Promise<void> {
  const { account } = config.gateway;
  if (!session.accounts.includes(account)) {
    halts.raise(
      'account',
      `the gateway is logged in to ${session.accounts.join(', ')}, the configuration says ${account}`,
    );
    return;
  }
  halts.lift('account');
  const { currency } = config.instrument;
  const base = await askBaseCurrency(session, account, answerMs);
  if (base === currency) halts.lift('account-currency');
  else
    halts.raise(
      'account-currency',
      `the base currency of ${account} is ${base ?? 'not known'}, profit and loss limit are in ${currency}`,
    );
}

/** Asked for on every connection, because bars closed while it was down; known ones are left out. */
async function warmBars(session: GatewaySession, work: SessionWork): Promise<void> {
  const { bootstrapBarDays: days } = work.config.bridge;
  const asked = days === 0 ? [] : await bootstrapBars(session, work.contract, days, work.clock.nowMs(), work.answerMs);
  for (const bar of withOwnBars(asked, await work.ownBars())) {
    work.decider.onBar(bar);
    work.regime.observe(work.decider.market);
    work.decisionLog.bar(bar, work.decider.lastEventSeq);
  }
}
