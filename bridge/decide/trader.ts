import type { Decision } from '../../shared/model/decision/decision.js';
import type { OrderAsk } from '../orders/order-ask.js';
import type { Order, OrderLedger } from '../orders/order-ledger.js';

/** What to do about the difference between what a decision wants held and what is held. */
export type Action =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'cancel'; readonly orders: readonly Order[]; readonly reason: string }
  | { readonly kind: 'place'; readonly ask: OrderAsk };

export interface TradeContext {
  readonly ledger: OrderLedger;
  /** Points; NaN without a settled book. */
  readonly bid: number;
  readonly ask: number;
  readonly modelVersion: number | null;
  readonly maxOrderSizeContracts: number;
  /** A halt or a close came between: the target that a decision merely keeps belongs to a position that is gone. */
  readonly mustEnterAnew: boolean;
}

/** Decisions whose target is wanted by itself: all but one that keeps what an earlier one had entered. */
export function isOfItself({ reason }: Pick<Decision, 'reason'>): boolean {
  return reason !== 'keep';
}

/**
 * One order at a time, at the other side's best price: while one is live, the only question is whether it still leads
 * to the target. An order that closes on an operator's or a limit's word is no decision's business. Pure.
 */
export function actionFor(decision: Decision, context: TradeContext): Action {
  const { ledger } = context;
  const live = ledger.live();
  const target = decision.targetContracts;
  if (live.length > 0) {
    const reached = ledger.positionContracts + ledger.openContracts('BUY') - ledger.openContracts('SELL');
    if (reached === target) return { kind: 'nothing' };
    const cancellable = live.filter(
      ({ state, purpose }) => purpose === 'decision' && (state === 'working' || state === 'sent'),
    );
    if (cancellable.length === 0) return { kind: 'nothing' };
    return { kind: 'cancel', orders: cancellable, reason: `the target is now ${target}` };
  }
  const missing = target - ledger.positionContracts;
  if (missing === 0 || !(context.bid < context.ask)) return { kind: 'nothing' };
  if (context.mustEnterAnew && !isOfItself(decision)) return { kind: 'nothing' };
  const side = missing > 0 ? 'BUY' : 'SELL';
  return {
    kind: 'place',
    ask: {
      side,
      contracts: Math.min(Math.abs(missing), context.maxOrderSizeContracts),
      orderType: 'LMT',
      limitPrice: side === 'BUY' ? context.ask : context.bid,
      purpose: 'decision',
      modelVersion: context.modelVersion,
      eventSeq: decision.seq,
    },
  };
}
