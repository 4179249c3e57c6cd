import type { EntryOf } from '../../shared/contract/order-journal.js';

export const FOREIGN_EXECUTION = 'foreign-execution';

/** A trade in our contract and account that no order of this bridge has made. */
export function isForeign({ orderRef, corrects }: Pick<EntryOf<'fill'>, 'orderRef' | 'corrects'>): boolean {
  return orderRef === null && corrects === null;
}

export function foreignReason(execId: string): string {
  return `execution ${execId} belongs to no order of this bridge`;
}
