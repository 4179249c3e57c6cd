import { type JournalEntry, journalLine } from '../../shared/contract/order-journal.js';

/** The reference of the order that is made here by a number. */
export const orderRefOf = (order: number) => `8b0f4f3e-6a3c-4a53-9d3b-${String(order).padStart(12, '0')}`;

/** A line of a journal as the bridge writes it, with its LF. @throws where the bridge would write no such line */
export function lineOf(n: number, marketTime: string, entry: JournalEntry): string {
  const line = { v: 1, n, ...entry, marketTime, wallTime: marketTime };
  journalLine.parse(line);
  return `${JSON.stringify(line)}\n`;
}

/** A limit order to buy. */
export function intentOf(order: number): JournalEntry {
  return {
    kind: 'intent',
    orderRef: orderRefOf(order),
    orderId: order + 1,
    side: 'BUY',
    contracts: 1,
    orderType: 'LMT',
    limitPrice: 2926.25,
    purpose: 'decision',
    modelVersion: 7,
    eventSeq: 1000 + order,
  };
}

/** An execution of that order. */
export function fillOf(order: number): JournalEntry {
  return {
    kind: 'fill',
    execId: `0000e1a7.65.${order}`,
    orderRef: orderRefOf(order),
    permId: 700 + order,
    side: 'BUY',
    contracts: 1,
    price: 2926.25,
    executedAt: '20190829 09:30:00',
    corrects: null,
  };
}
