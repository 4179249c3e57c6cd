import { z } from 'zod';
import { BadInput } from '../../shared/failure.js';
import { Side } from '../../shared/market/events/event-batch.js';
import { jsonLines } from '../replay/json-lines.js';

/** An order that was really sent, and what became of it. */
export interface SentOrder {
  readonly side: Side;
  /** Points. */
  readonly limitPrice: number;
  readonly contracts: number;
  /** Market time at which it was sent, and at which it was over (filled, or the cancellation was asked for); ms. */
  readonly sentMs: number;
  readonly endMs: number;
  readonly filledContracts: number;
}

const time = z.iso.datetime();
const line = z.discriminatedUnion('kind', [
  z.object({
    ...{ kind: z.literal('intent'), marketTime: time, orderRef: z.string() },
    ...{ side: z.enum(['BUY', 'SELL']), contracts: z.number().int().positive(), limitPrice: z.number().nullable() },
  }),
  z.object({ kind: z.literal('fill'), marketTime: time, orderRef: z.string().nullable(), contracts: z.number() }),
  z.object({ kind: z.literal('cancel'), marketTime: time, orderRef: z.string() }),
]);

export type OwnOrderLine = z.infer<typeof line>;

/** Limit orders of the bridge's order journals (`broker/journal/orders-*.jsonl`). @throws BadInput naming the line */
export async function readOwnOrders(files: readonly string[]): Promise<SentOrder[]> {
  const entries: OwnOrderLine[] = [];
  for (const file of files)
    for await (const { number, value } of jsonLines(file)) {
      if (!['intent', 'fill', 'cancel'].includes(String(value.kind))) continue;
      const parsed = line.safeParse(value);
      if (!parsed.success)
        throw new BadInput(file, `line ${number}`, parsed.error.issues[0]?.message ?? 'is no line of an order journal');
      entries.push(parsed.data);
    }
  return ownOrdersOf(entries);
}

/** What became of each limit order, by the lines of a journal in their order. */
export function ownOrdersOf(entries: readonly OwnOrderLine[]): SentOrder[] {
  const orders = new Map<string, { -readonly [K in keyof SentOrder]: SentOrder[K] }>();
  for (const entry of entries) {
    const ms = Date.parse(entry.marketTime);
    if (entry.kind === 'intent') {
      const { orderRef, side, contracts, limitPrice } = entry;
      if (limitPrice === null) continue;
      const times = { sentMs: ms, endMs: Number.POSITIVE_INFINITY, filledContracts: 0 };
      orders.set(orderRef, { side: side === 'BUY' ? Side.bid : Side.ask, limitPrice, contracts, ...times });
      continue;
    }
    const order = orders.get(entry.orderRef ?? '');
    if (!order) continue;
    if (entry.kind === 'fill') order.filledContracts += entry.contracts;
    if (entry.kind === 'cancel' || order.filledContracts === order.contracts) order.endMs = Math.min(order.endMs, ms);
  }
  return [...orders.values()].sort((a, b) => a.sentMs - b.sentMs);
}
