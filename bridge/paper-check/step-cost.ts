import type { Instrument } from '../../shared/config/market.js';
import type { Step } from './step.js';

/** What a step can cost at most, in words; a fill crosses half of a spread. */
export function costOf({ orders, fills }: Pick<Step, 'orders' | 'fills'>, instrument: Instrument): string {
  const { tickSize, multiplier, currency, localSymbol } = instrument;
  const sends = `sends at most ${orders} order${plural(orders)} for 1 ${localSymbol}`;
  if (fills === 0) return `${sends}, none of which should fill; costs nothing`;
  const tickValue = Number((tickSize * multiplier).toFixed(4));
  const spreads = Math.ceil(fills / 2);
  const costs = `${fills} commission${plural(fills)} and about ${spreads} spread${plural(spreads)}`;
  return `${sends}; costs at most ${costs} (a tick is ${tickValue} ${currency}), of paper money`;
}

function plural(count: number): string {
  return count === 1 ? '' : 's';
}
