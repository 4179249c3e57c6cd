import { type EventBatch, EventKind, Side } from '../../../shared/market/events/event-batch.js';
import type { Feed } from '../feed.js';

/** The trades of a feed as columns, in order of its own stamps; some 21 bytes a trade. */
export interface TradeTape {
  /** Rows in use; the columns may be longer. */
  length: number;
  /** ns after the base that both feeds count from. */
  ns: Float64Array;
  priceTicks: Int32Array;
  /** Contracts, at least 1. */
  size: Float64Array;
  /** The aggressor, or Side.none. */
  side: Uint8Array;
}

/** A feed in one pass: its trades, and what else it holds. */
export interface ReadFeed {
  readonly tape: TradeTape;
  readonly events: number;
  readonly depth: number;
  readonly gaps: number;
  readonly resets: number;
  readonly contracts: number;
  /** Trades of no contract: they say nothing that could be compared. */
  readonly emptyTrades: number;
  /** Of any event, ns after the base; NaN where there are none. */
  readonly firstNs: number;
  readonly lastNs: number;
}

/** What all times of a comparison are counted from: a midnight UTC, by the feed that is read first. */
export class CommonBase {
  private base: bigint | null = null;

  /** To be added to a time of the batch. */
  shiftOf(batch: EventBatch): number {
    this.base ??= batch.baseNs - (batch.baseNs % DAY_NS);
    return Number(batch.baseNs - this.base);
  }

  get ns(): bigint {
    return this.base ?? 0n;
  }
}

const DAY_NS = 86_400_000_000_000n;

/** @param onEvents called with the number of events of each batch */
export async function readFeed(
  feed: Feed,
  base: CommonBase,
  { signal, onEvents }: { signal?: AbortSignal | undefined; onEvents?: ((events: number) => void) | undefined } = {},
): Promise<ReadFeed> {
  const tape = emptyTape();
  let [events, depth, gaps, resets, contracts, emptyTrades] = [0, 0, 0, 0, 0, 0];
  let [firstNs, lastNs] = [Number.NaN, Number.NaN];
  for await (const batch of feed.batches()) {
    signal?.throwIfAborted();
    const shift = base.shiftOf(batch);
    if (events === 0 && batch.length > 0) firstNs = batch.tsRecvNs[0]! + shift;
    if (batch.length > 0) lastNs = batch.tsRecvNs[batch.length - 1]! + shift;
    events += batch.length;
    for (let i = 0; i < batch.length; i++) {
      const kind = batch.kind[i];
      if (kind === EventKind.depth) depth++;
      else if (kind === EventKind.gap) gaps++;
      else if (kind === EventKind.reset) resets++;
      else if (batch.size[i]! > 0) {
        appendTrade(tape, batch.tsRecvNs[i]! + shift, batch.priceTicks[i]!, batch.size[i]!, batch.side[i]!);
        contracts += batch.size[i]!;
      } else emptyTrades++;
    }
    onEvents?.(batch.length);
  }
  return { tape, events, depth, gaps, resets, contracts, emptyTrades, firstNs, lastNs };
}

export function emptyTape(capacity = 4096): TradeTape {
  return {
    length: 0,
    ns: new Float64Array(capacity),
    priceTicks: new Int32Array(capacity),
    size: new Float64Array(capacity),
    side: new Uint8Array(capacity),
  };
}

export function appendTrade(tape: TradeTape, ns: number, priceTicks: number, size: number, side: number = Side.none) {
  if (tape.length === tape.ns.length) grow(tape);
  const at = tape.length++;
  tape.ns[at] = ns;
  tape.priceTicks[at] = priceTicks;
  tape.size[at] = size;
  tape.side[at] = side;
}

function grow(tape: TradeTape): void {
  const larger = emptyTape(2 * tape.ns.length);
  for (const column of ['ns', 'priceTicks', 'size', 'side'] as const) larger[column].set(tape[column] as never);
  Object.assign(tape, { ...larger, length: tape.length });
}
