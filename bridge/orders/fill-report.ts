import type { Execution as GatewayExecution } from '@stoqey/ib';
import { z } from 'zod';
import type { EntryOf, OrderSide } from './journal-line.js';
import type { OrderLedger } from './order-ledger.js';

const uuid = z.uuid();
const SIDES: Readonly<Record<string, OrderSide>> = { BOT: 'BUY', BUY: 'BUY', SLD: 'SELL', SELL: 'SELL' };

/**
 * The journal entry for a reported execution; null where it is counted already. What the report lacks is lacking in the
 * entry as well, and the journal refuses it by name. 0 contracts: the execution was busted.
 * Whose it is: its order reference, else the permanent id; an order id alone proves nothing.
 */
export function fillOf(execution: GatewayExecution, ledger: OrderLedger): EntryOf<'fill'> | null {
  const { execId = '', side, shares = Number.NaN, price = Number.NaN, permId, time } = execution;
  const verdict = ledger.executions.judge(execId);
  if (verdict.kind === 'duplicate') return null;
  const corrected = verdict.kind === 'correction' ? ledger.executions.find(verdict.corrects) : undefined;
  return {
    kind: 'fill',
    execId,
    orderRef: orderRefOf(execution, ledger) ?? corrected?.orderRef ?? null,
    permId: permId ?? 0,
    side: SIDES[side ?? ''] as OrderSide,
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
