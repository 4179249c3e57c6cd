import type { Instrument } from '../../shared/config/market.js';
import { createEventBatch, type EventBatch, EventKind, Side } from '../../shared/market/events/event-batch.js';
import type { MarketDay } from './market-day.js';

const BATCH_EVENTS = 16_384;

/** A SYNTHETIC day's book and trades in memory: the events that `writeDepthDay` writes, in batches. */
export function generatedBatches(day: MarketDay, instrument: Instrument, minutes: number): EventBatch[] {
  const baseNs = BigInt(day.depthStartMs) * 1_000_000n;
  const batches: EventBatch[] = [];
  let batch: EventBatch | undefined;
  let seq = 0;
  const row = (nanos: number, kind: EventKind, priceTicks: number, size: number, last: boolean) => {
    if (batch === undefined || batch.length === BATCH_EVENTS) {
      batch = createEventBatch(instrument.localSymbol, instrument.tickSize, baseNs, BATCH_EVENTS);
      batches.push(batch);
    }
    const at = batch.length++;
    batch.tsRecvNs[at] = nanos;
    batch.tsEventNs[at] = Number.NaN;
    batch.seq[at] = ++seq;
    batch.kind[at] = kind;
    batch.priceTicks[at] = priceTicks;
    batch.size[at] = size;
    batch.last[at] = Number(last);
    return { batch, at };
  };
  day.simulateDepth(minutes, {
    depth: (nanos, message) => {
      for (const [index, { operation, side, position, priceTicks, size }] of message.entries()) {
        const { batch, at } = row(nanos, EventKind.depth, priceTicks, size, index === message.length - 1);
        batch.operation[at] = operation;
        batch.side[at] = side;
        batch.position[at] = position;
      }
    },
    trade: (nanos, priceTicks, size, aggressor) => {
      const { batch, at } = row(nanos, EventKind.trade, priceTicks, size, true);
      batch.side[at] = aggressor === 'buy' ? Side.bid : Side.ask;
    },
  });
  return batches;
}
