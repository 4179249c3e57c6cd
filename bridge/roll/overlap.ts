import type { RollRule } from '../../shared/config/market.js';
import type { RollRecord } from '../../shared/contract/roll-record.js';
import type { MarketHours } from '../market-hours.js';
import type { ContractMonth } from './contract-months.js';

export interface OverlapAsk {
  readonly rule: RollRule;
  readonly hours: Pick<MarketHours, 'rollDate' | 'watchDate' | 'tradeDateFrom' | 'tradeDateOf'>;
  readonly next: ContractMonth | null;
  /** The change by which our contract came to be traded. */
  readonly cameBy: RollRecord | null;
  readonly marketMs: number;
}

/** Contracts that are captured beside the one that is traded: the next one before a roll, the former one after it. */
export function contractsBeside({ rule, hours, next, cameBy, marketMs }: OverlapAsk): string[] {
  const today = hours.tradeDateOf(marketMs);
  const beside: string[] = [];
  if (next !== null && hours.rollDate !== null) {
    const firsts = [hours.tradeDateFrom(hours.rollDate, -rule.overlapTradeDates), hours.watchDate];
    if (firsts.some((first) => first !== null && today >= first)) beside.push(next.localSymbol);
  }
  if (cameBy !== null) {
    const last = hours.tradeDateFrom(cameBy.firstTradeDate, rule.overlapTradeDates - 1);
    if (last !== null && today <= last && today <= cameBy.fromLastTradeDate) beside.push(cameBy.from);
  }
  return beside;
}
