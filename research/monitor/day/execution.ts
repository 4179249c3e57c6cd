import type { JournalLine } from '../../../shared/contract/order-journal.js';
import { MARKOUT_SECONDS } from '../../backtest/markouts.js';
import { quantileOf } from '../../gate/statistics/quantile.js';
import { sumOf } from '../../gate/statistics/total.js';
import type { MonitorReport } from '../report.js';

type Line<K extends JournalLine['kind']> = Extract<JournalLine, { kind: K }>;

/** What the mid is needed at: when an order was decided, when it was filled, and some time later. */
export interface OwnFill {
  readonly orderRef: string | null;
  readonly sign: 1 | -1;
  readonly contracts: number;
  readonly priceTicks: number;
  readonly atNs: bigint;
}

export interface OwnTrading {
  readonly fills: readonly OwnFill[];
  readonly intents: readonly { readonly orderRef: string; readonly contracts: number; readonly atNs: bigint }[];
  /** Held when the date began, and what a tick of it was valued from; points. */
  readonly carried: { readonly contracts: number; readonly markPrice: number | null };
  readonly rejected: number;
  readonly cancelled: number;
  readonly fillMs: readonly number[];
  readonly commission: number;
}

/** Of the lines of a date's order journal. Busted and corrected executions are not counted. */
export function ownTrading(lines: readonly JournalLine[], tickSize: number): OwnTrading {
  const of = <K extends JournalLine['kind']>(kind: K) => lines.filter((line): line is Line<K> => line.kind === kind);
  const void_ = new Set([
    ...of('fill').flatMap(({ corrects }) => (corrects === null ? [] : [corrects])),
    ...of('bust').flatMap(({ execId, corrects }) => (corrects === null ? [execId] : [execId, corrects])),
  ]);
  const decided = new Set(of('intent').flatMap(({ orderRef, purpose }) => (purpose === 'decision' ? [orderRef] : [])));
  const fills = of('fill').filter(({ execId, contracts }) => contracts > 0 && !void_.has(execId));
  const firstFill = new Map<string, number>();
  for (const { orderRef, marketTime } of fills)
    if (orderRef !== null && !firstFill.has(orderRef)) firstFill.set(orderRef, Date.parse(marketTime));
  const [carry] = of('carry');
  return {
    fills: fills.map(({ orderRef, side, contracts, price, marketTime }) => ({
      ...{ orderRef, contracts, sign: side === 'BUY' ? 1 : -1, priceTicks: price / tickSize, atNs: nsOf(marketTime) },
    })),
    intents: of('intent')
      .filter(({ orderRef }) => decided.has(orderRef))
      .map(({ orderRef, contracts, marketTime }) => ({ orderRef, contracts, atNs: nsOf(marketTime) })),
    carried: { contracts: carry?.positionContracts ?? 0, markPrice: carry?.markPrice ?? null },
    rejected: new Set(of('rejected').map(({ orderRef }) => orderRef)).size,
    cancelled: new Set(of('cancel').map(({ orderRef }) => orderRef)).size,
    fillMs: of('sent').flatMap(({ orderRef, marketTime }) => {
      const filled = firstFill.get(orderRef);
      return filled === undefined ? [] : [Math.max(0, filled - Date.parse(marketTime))];
    }),
    commission: of('commission')
      .filter(({ execId }) => !void_.has(execId))
      .reduce((sum, { amount }) => sum + amount, 0),
  };
}

/** When the mid has to be known, ascending. */
export function momentsOf({ fills, intents }: OwnTrading): bigint[] {
  const all = [
    ...intents.map(({ atNs }) => atNs),
    ...fills.flatMap(({ atNs }) => [
      atNs,
      ...MARKOUT_SECONDS.map((seconds) => atNs + BigInt(seconds) * 1_000_000_000n),
    ]),
  ];
  return [...new Set(all)].sort((a, b) => (a < b ? -1 : 1));
}

/**
 * @param midAt half ticks at a moment of `momentsOf`; NaN where there was no book
 * @param lastMidHalfTicks at which what is left is valued
 */
export function liveExecution(
  trading: OwnTrading,
  midAt: (ns: bigint) => number,
  lastMidHalfTicks: number,
  { tickSize, tickValue }: { readonly tickSize: number; readonly tickValue: number },
): MonitorReport['execution']['live'] {
  const { fills, intents } = trading;
  const decidedAt = new Map(intents.map(({ orderRef, atNs }) => [orderRef, atNs]));
  const ofDecisions = fills.filter(({ orderRef }) => orderRef !== null && decidedAt.has(orderRef));
  const orderedContracts = sumOf(intents.map(({ contracts }) => contracts));
  const filledContracts = sumOf(ofDecisions.map(({ contracts }) => contracts));
  const slipped = ofDecisions.map(({ orderRef, sign, contracts, priceTicks }) => ({
    ...{ contracts, ticks: sign * (priceTicks - midAt(decidedAt.get(orderRef!)!) / 2) },
  }));
  const times = Float64Array.from(trading.fillMs).sort();
  const traded = sumOf(fills.map(({ contracts }) => contracts));
  return {
    ...{ orders: intents.length, orderedContracts, filledContracts },
    fillRate: orderedContracts > 0 ? filledContracts / orderedContracts : null,
    netTicks: netTicks(trading, lastMidHalfTicks, tickSize, tickValue),
    markouts: MARKOUT_SECONDS.map((seconds) => {
      const after = fills.map(({ sign, contracts, priceTicks, atNs }) => ({
        ...{ contracts, ticks: sign * (midAt(atNs + BigInt(seconds) * 1_000_000_000n) / 2 - priceTicks) },
      }));
      const known = after.filter(({ ticks }) => !Number.isNaN(ticks));
      return { seconds, contracts: sumOf(known.map(({ contracts }) => contracts)), meanTicks: weighted(known) };
    }),
    ...{ rejected: trading.rejected, cancelled: trading.cancelled },
    fillMsP50: times.length > 0 ? quantileOf(times, 0.5) : null,
    fillMsP90: times.length > 0 ? quantileOf(times, 0.9) : null,
    slippageTicks: weighted(slipped.filter(({ ticks }) => !Number.isNaN(ticks))),
    feePerContract: traded > 0 ? trading.commission / traded : null,
  };
}

/** Null where something was held and no price is known to value it at. */
function netTicks(
  { fills, carried, commission }: OwnTrading,
  lastMidHalfTicks: number,
  tickSize: number,
  tickValue: number,
): number | null {
  if (fills.length === 0 && carried.contracts === 0) return 0;
  if (Number.isNaN(lastMidHalfTicks) || (carried.contracts !== 0 && carried.markPrice === null)) return null;
  const last = lastMidHalfTicks / 2;
  const own = sumOf(fills.map(({ sign, contracts, priceTicks }) => sign * contracts * (last - priceTicks)));
  const held = carried.contracts * (last - (carried.markPrice ?? 0) / tickSize);
  return own + (carried.contracts === 0 ? 0 : held) - commission / tickValue;
}

function weighted(parts: readonly { readonly contracts: number; readonly ticks: number }[]): number | null {
  const contracts = sumOf(parts.map((part) => part.contracts));
  return contracts === 0 ? null : sumOf(parts.map((part) => part.contracts * part.ticks)) / contracts;
}

function nsOf(time: string): bigint {
  return BigInt(Date.parse(time)) * 1_000_000n;
}
