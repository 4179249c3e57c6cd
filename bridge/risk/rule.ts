import type { RiskLimits } from '../../shared/config/risk.js';
import type { SessionPhase } from '../../shared/market/calendar/session-calendar.js';
import type { OrderAsk } from '../orders/order-ask.js';

/** All that a rule may look at, taken at one moment. Prices in points, times in market ms. NaN: not known. */
export interface RiskContext {
  readonly limits: RiskLimits;
  readonly tickSize: number;
  readonly nowMarketMs: number;
  /** Market ms since the last depth event of the present subscription. */
  readonly depthAgeMs: number;
  readonly bid: number;
  readonly ask: number;
  readonly positionContracts: number;
  /** What the account tells fits to that. */
  readonly isPositionExplained: boolean;
  /** Contracts that live orders may still buy and sell. */
  readonly openBuyContracts: number;
  readonly openSellContracts: number;
  readonly openOrders: number;
  /** Wall ms, oldest first, of the orders of the last minute. */
  readonly ordersSentWallMs: readonly number[];
  readonly nowWallMs: number;
  readonly pnlTodayUsd: number;
  readonly sessionPhase: SessionPhase;
  /** Market ms of the end of regular trading; NaN where there is none today. */
  readonly rthCloseMs: number;
  /** Market ms from which nothing may be opened in this contract any more; NaN where that is not known. */
  readonly lastOpenMs: number;
  /** Market ms from which the next contract is to be traded; infinite where this one is alone, NaN where it is not known. */
  readonly rollMs: number;
  /** Trading is halted: why, in plain words. */
  readonly haltReason: string | null;
  /** The gateway restarts about now. */
  readonly inRestartWindow: boolean;
}

export interface Refusal {
  readonly rule: string;
  /** What was asked and what is allowed, in one sentence. */
  readonly reason: string;
}

/** Judges an order before it is journalled. Pure; a value that is not known refuses. */
export type RiskRule = (ask: OrderAsk, context: RiskContext) => Refusal | null;

/** Whether an order can only bring the position nearer to zero, whatever of it fills. */
export function onlyReduces(ask: OrderAsk, context: RiskContext): boolean {
  const open = ask.side === 'BUY' ? context.openBuyContracts : context.openSellContracts;
  const reducible = ask.side === 'BUY' ? -context.positionContracts : context.positionContracts;
  return ask.contracts + open <= reducible;
}
