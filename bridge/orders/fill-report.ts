import type { Execution as GatewayExecution } from '@stoqey/ib';
import { z } from 'zod';
import type { EntryOf } from './journal-line.js';
import type { OrderLedger } from './order-ledger.js';

const uuid = z.uuid();

/**
 * The journal entry for a reported execution; null where it is counted already or carries too little to be counted.
 * Whose it is: its order reference, else the permanent id; an order id alone proves nothing.
 */
export function fillOf(execution: GatewayExecution, ledger: OrderLedger): EntryOf<'fill'> | null {
  const { execId, side, shares, price, permId, time } = execution;
  if (!execId || !shares || price === undefined) return null;
  const verdict = ledger.executions.judge(execId);
  if (verdict.kind === 'duplicate') return null;
  const corrected = verdict.kind === 'correction' ? ledger.executions.find(verdict.corrects) : undefined;
  return {
    kind: 'fill',
    execId,
    orderRef: orderRefOf(execution, ledger) ?? corrected?.orderRef ?? null,
    permId: permId ?? 0,
    side: side === 'BOT' || side === 'BUY' ? 'BUY' : 'SELL',
    contracts: shares,
    price,
    executedAt: time ?? '',
    corrects: verdict.kind === 'correction' ? verdict.corrects : null,
  };
}

function orderRefOf({ orderRef, permId }: GatewayExecution, ledger: OrderLedger): string | null {
  const parsed = uuid.safeParse(orderRef);
  if (parsed.success && ledger.order(parsed.data)) return parsed.data;
  const byPermId = permId ? ledger.all().find((order) => order.permIds.includes(permId)) : undefined;
  return byPermId?.orderRef ?? null;
}
