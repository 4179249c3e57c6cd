import { DepthOperation, Side } from '../../shared/market/events/event-batch.js';
import type { TestEvent } from '../market/event.js';
import { randomOf } from '../market/random-market.js';

/** What happens to a market on its way into one capture. */
export interface Damage {
  readonly seed: number;
  /** The feed's clock ahead of the market's, ms, and how fast it runs ahead. */
  readonly offsetMs?: number;
  readonly driftPpm?: number;
  /** The clock is set by `ms` at a share of the day. */
  readonly step?: { readonly at: number; readonly ms: number };
  /** Every event comes later: by this, and by a random time of this mean on top (the order stays). */
  readonly delayMs?: number;
  readonly jitterMs?: number;
  /** Shares of the trades that get lost, and that are told twice, after so many ms. */
  readonly dropShare?: number;
  readonly repeatShare?: number;
  readonly repeatAfterMs?: number;
  /** Fills at one time, price and aggressor come as one trade. */
  readonly aggregates?: boolean;
  /** Aggressors are not told. */
  readonly hidesSide?: boolean;
  /** Nothing comes from one share of the day to another; then the book begins anew. */
  readonly silent?: readonly [from: number, to: number];
}

/** One fill of the market, and its number. A trade of a feed is made of one or several. */
interface FeedTrade {
  readonly fills: readonly number[];
  readonly isRepeat: boolean;
}

export interface DegradedFeed {
  readonly events: readonly TestEvent[];
  /** In order of the trades among the events. */
  readonly trades: readonly FeedTrade[];
}

/** Sizes of the market's fills, by their number: its trades in order. */
export function fillsOf(market: readonly TestEvent[]): number[] {
  return market.filter(({ kind }) => kind === 'trade').map(({ size }) => size!);
}

export function degrade(market: readonly TestEvent[], damage: Damage): DegradedFeed {
  const random = randomOf(damage.seed);
  const [first, last] = [market[0]!.tsNs, market.at(-1)!.tsNs];
  const clock = clockOf(damage, first, last);
  const out: { event: TestEvent; trade: FeedTrade | null }[] = [];
  let isSilent = false;
  let [delayNs, isWithin] = [0, false];
  for (const { event, fills } of damage.aggregates ? aggregated(market) : numbered(market)) {
    const share = Number(event.tsNs - first) / Number(last - first || 1n);
    const wasSilent = isSilent;
    isSilent = damage.silent !== undefined && share >= damage.silent[0] && share < damage.silent[1];
    if (isSilent) continue;
    // What the exchange says at once comes at once.
    if (!isWithin) delayNs = 1e6 * ((damage.delayMs ?? 0) - (damage.jitterMs ?? 0) * Math.log(1 - random()));
    isWithin = event.kind === 'depth' && event.last === false;
    const tsNs = clock(event.tsNs) + BigInt(Math.round(delayNs));
    if (wasSilent) out.push(...bookAnew(market, event, tsNs).map((one) => ({ event: one, trade: null })));
    if (fills === null) out.push({ event: { ...event, tsNs }, trade: null });
    else if (random() >= (damage.dropShare ?? 0)) {
      const side = damage.hidesSide ? Side.none : event.side!;
      out.push({ event: { ...event, side, tsNs }, trade: { fills, isRepeat: false } });
      if (random() < (damage.repeatShare ?? 0)) {
        const later = tsNs + BigInt(Math.round(1e6 * (damage.repeatAfterMs ?? 1)));
        out.push({ event: { ...event, side, tsNs: later }, trade: { fills, isRepeat: true } });
      }
    }
  }
  inOrder(out);
  return {
    events: out.map(({ event }) => event),
    trades: out.flatMap(({ trade }) => (trade === null ? [] : [trade])),
  };
}

type Numbered = { readonly event: TestEvent; readonly fills: readonly number[] | null };

function numbered(market: readonly TestEvent[]): Numbered[] {
  let number = 0;
  return market.map((event) => ({ event, fills: event.kind === 'trade' ? [number++] : null }));
}

function aggregated(market: readonly TestEvent[]): Numbered[] {
  const out: Numbered[] = [];
  for (const one of numbered(market)) {
    const before = out.at(-1);
    const isSame =
      before?.fills &&
      one.fills &&
      before.event.tsNs === one.event.tsNs &&
      before.event.priceTicks === one.event.priceTicks &&
      before.event.side === one.event.side;
    if (isSame)
      out[out.length - 1] = {
        event: { ...before.event, size: before.event.size! + one.event.size! },
        fills: [...before.fills!, ...one.fills!],
      };
    else out.push(one);
  }
  return out;
}

function clockOf({ offsetMs = 0, driftPpm = 0, step }: Damage, first: bigint, last: bigint): (ns: bigint) => bigint {
  const stepNs = step ? first + BigInt(Math.round(step.at * Number(last - first))) : null;
  return (ns) => {
    const set = stepNs !== null && ns >= stepNs ? step!.ms : 0;
    const drift = (Number(ns - first) * driftPpm) / 1e6;
    return ns + BigInt(Math.round((offsetMs + set) * 1e6 + drift));
  };
}

/** A feed that comes back says its whole book, as it stands then. */
function bookAnew(market: readonly TestEvent[], until: TestEvent, tsNs: bigint): TestEvent[] {
  const sides: { priceTicks: number; size: number }[][] = [[], []];
  for (const event of market) {
    if (event === until) break;
    if (event.kind !== 'depth') continue;
    const held = sides[event.side!]!;
    const level = { priceTicks: event.priceTicks!, size: event.size! };
    if (event.operation === DepthOperation.insert) held.splice(event.position!, 0, level);
    else if (event.operation === DepthOperation.delete) held.splice(event.position!, 1);
    else held[event.position!] = level;
    held.length = Math.min(held.length, 10);
  }
  const levels = sides.flatMap((held, side) =>
    held.map((level, position) => ({
      ...{ kind: 'depth' as const, tsNs, operation: DepthOperation.insert, side, position, ...level },
      last: side === 1 && position === held.length - 1,
    })),
  );
  return [{ kind: 'reset', tsNs }, ...levels];
}

/** A stream's stamps never go back: what would overtake comes at the time of what it cannot overtake. Repeats are sorted in. */
function inOrder(out: { event: TestEvent; trade: FeedTrade | null }[]): void {
  let last = 0n;
  for (const one of out)
    if (!one.trade?.isRepeat) {
      if (one.event.tsNs > last) last = one.event.tsNs;
      else one.event = { ...one.event, tsNs: last };
    }
  out.sort((a, b) => (a.event.tsNs < b.event.tsNs ? -1 : a.event.tsNs > b.event.tsNs ? 1 : 0));
}

/** What is in both, and in one only, by the fills that each trade is made of. */
export function truthOf(sizes: readonly number[], first: DegradedFeed, second: DegradedFeed) {
  const [a, b] = [saidIn(first), saidIn(second)];
  const contracts = (numbers: Iterable<number>) => [...numbers].reduce((sum, number) => sum + sizes[number]!, 0);
  const both = contracts([...a.fills].filter((number) => b.fills.has(number)));
  const repeated = (feed: DegradedFeed) => feed.trades.filter(({ isRepeat }) => isRepeat);
  const repeatedContracts = (feed: DegradedFeed) => contracts(repeated(feed).flatMap(({ fills }) => fills));
  return {
    both,
    onlyFirst: contracts(a.fills) - both + repeatedContracts(first),
    onlySecond: contracts(b.fills) - both + repeatedContracts(second),
    repeatedFirst: repeated(first).length,
    repeatedSecond: repeated(second).length,
  };
}

function saidIn({ trades }: DegradedFeed) {
  return { fills: new Set(trades.filter(({ isRepeat }) => !isRepeat).flatMap(({ fills }) => fills)) };
}
