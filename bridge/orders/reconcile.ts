import { setTimeout as sleep } from 'node:timers/promises';
import type { TradingControl } from '../../shared/contract/trading-control.js';
import { askGatewayTruth } from '../connection/collect.js';
import type { GatewaySession } from '../connection/session.js';
import type { Halts } from '../halt/halts.js';
import {
  type Account,
  compareWithGateway,
  type Findings,
  gatewayPosition,
  outcomeOfMissing,
} from './gateway-findings.js';
import type { JournalQueue } from './journal-queue.js';
import type { OrderDesk } from './order-desk.js';
import type { Order, OrderLedger } from './order-ledger.js';

export interface ReconciliationDeps {
  readonly own: Account;
  readonly journal: JournalQueue;
  readonly desk: OrderDesk;
  readonly halts: Halts;
  readonly answerMs: number;
  /** Between two looks: what was in flight when the link was lost has arrived by then, or never will. */
  readonly secondLookMs: number;
  readonly onNews: (text: string) => void;
  /** An operator's word that the account's position shall be taken as it is; given out once. */
  readonly takeover: () => TradingControl | null;
  /** Points; null before the first. */
  readonly mid: () => number | null;
}

const LOOKS_MAX = 7;
/**
 * From this look on executions that were never told are waited for no longer: those of an order that is gone, where a status
 * has reported them or none has said how it ended, and those of live orders that would explain the account's position.
 */
const LOOKS_FOR_EXECUTIONS = 5;

/**
 * Settles everything whose outcome is unknown, by the gateway's own word. An order is called gone, and a position wrong,
 * only when two looks in a row say so, and no execution is still to come that a status has reported, that an order may have
 * brought whose end nobody told, or that would explain it. A gateway that has just come up may not know all open orders yet:
 * then at least two looks are taken.
 * @throws Failure NoAnswer, GatewayUnreachable: then nothing is settled
 */
export async function reconcile(
  session: GatewaySession,
  deps: ReconciliationDeps,
  { looksMin }: { readonly looksMin: 1 | 2 },
): Promise<void> {
  let earlier: Findings | null = null;
  const unexplained = new UnexplainedOrders(deps);
  for (let look = 1; look <= LOOKS_MAX; look++) {
    // Called filled or over, with executions still missing.
    const claimedBefore = claimedFilled(deps.journal.ledger);
    const truth = await askGatewayTruth(session, deps.answerMs);
    if (look === 1) adoptFirstPosition(gatewayPosition(truth.positions, deps.own), deps);
    const findings = compareWithGateway(deps.journal.ledger, truth, deps.own);
    // An order that was shown open and was called filled after that is filled: its executions are still to come.
    const claimed = claimedFilled(deps.journal.ledger);
    const settled = findings.settled.filter(({ orderRef }) => claimedBefore.has(orderRef) || !claimed.has(orderRef));
    for (const entry of findings.told) deps.journal.append(entry);
    for (const entry of settled) deps.journal.append(entry);
    unexplained.cancel(findings);
    const stillMissing = findings.missing.filter(
      (order) => earlier?.missing.some(({ orderRef }) => orderRef === order.orderRef) && !isFillAwaited(order, look),
    );
    for (const order of stillMissing) deps.journal.append(outcomeOfMissing(order));
    const mustLookAgain =
      look < looksMin ||
      stillMissing.length < findings.missing.length ||
      mayStillAgree(findings.positionMismatch, look, deps);
    if (!mustLookAgain) return conclude(findings, deps);
    earlier = findings;
    await sleep(deps.secondLookMs);
  }
  throw new Error('orders keep appearing and disappearing at the gateway: connecting anew');
}

/** References of orders that are called filled or over, and whose executions are not all there. */
function claimedFilled(ledger: OrderLedger): Set<string> {
  return new Set(
    ledger
      .live()
      .filter(({ state }) => state === 'filling')
      .map(({ orderRef }) => orderRef),
  );
}

/** A difference is believed at the second look; one that live orders explain only once their executions had time to come. */
function mayStillAgree(mismatch: number | null, look: number, { journal }: ReconciliationDeps): boolean {
  if (mismatch === null) return false;
  return look === 1 || (look < LOOKS_FOR_EXECUTIONS && journal.ledger.mayReach(mismatch));
}

/**
 * A status has reported more as filled than the executions that were told, which may come late; or none has said how much
 * was filled when the order ended.
 */
function isFillAwaited({ reportedFilled, filled, isOver, refusal, state }: Order, look: number): boolean {
  // A refused order that is called working again is refused no more.
  const isEndUntold = !isOver && (refusal === null || state !== 'unknown');
  return (reportedFilled > filled || isEndUntold) && look < LOOKS_FOR_EXECUTIONS;
}

/** Before anything was ever traded the account's position is taken as it is; later it must be explained. */
function adoptFirstPosition(contracts: number, { journal, halts, onNews }: ReconciliationDeps): void {
  if (!journal.journal.isFresh || contracts === journal.ledger.positionContracts) return;
  // A roll that is half done: nothing is taken over until a person has looked at the other contract.
  if (halts.has('other-contract')) return;
  journal.append({ kind: 'position', positionContracts: contracts, reason: 'first start: the account held this' });
  onNews(`the account holds ${contracts} contracts that this bridge did not trade: taken over as the start`);
}

/** Orders that nothing explains are cancelled at the look that shows them, for a later one may leave them out. */
class UnexplainedOrders {
  /** Order ids. */
  private readonly cancelled = new Set<number>();

  constructor(private readonly deps: Pick<ReconciliationDeps, 'desk' | 'halts'>) {}

  cancel({ orphans, twins }: Pick<Findings, 'orphans' | 'twins'>): void {
    const { desk, halts } = this.deps;
    for (const { orderId, order } of orphans.filter(({ orderId }) => this.markOnce(orderId))) {
      desk.cancelOrphan(orderId);
      halts.raise(
        'orphan-order',
        `order ${orderId} (${order.permId ?? 'no permId'}) is open and in no journal: cancelled`,
      );
    }
    for (const twin of twins.filter(({ orderId }) => this.markOnce(orderId))) {
      desk.cancelOrphan(twin.orderId);
      const { orderRef } = twin.order;
      halts.raise(
        'double-order',
        `order ${twin.orderId} is open under the reference ${orderRef} of another: cancelled`,
      );
    }
  }

  /** @returns whether it was not marked yet */
  private markOnce(orderId: number): boolean {
    const isNew = !this.cancelled.has(orderId);
    this.cancelled.add(orderId);
    return isNew;
  }
}

function conclude({ positionMismatch }: Findings, deps: ReconciliationDeps): void {
  const { halts, journal } = deps;
  const takeover = deps.takeover();
  if (positionMismatch !== null && takeover !== null) {
    const reason = `taken over by ${takeover.by}: ${takeover.reason}`;
    journal.append({ kind: 'position', positionContracts: positionMismatch, reason, price: deps.mid() });
    deps.onNews(`the account holds ${positionMismatch} contracts: ${reason}`);
    halts.lift('position-mismatch');
  } else if (positionMismatch !== null)
    halts.raise(
      'position-mismatch',
      `the gateway says ${positionMismatch} contracts, the executions add up to ${journal.ledger.positionContracts}`,
    );
  else halts.lift('position-mismatch');
}
