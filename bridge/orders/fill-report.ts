import type { Execution as GatewayExecution } from '@stoqey/ib';
import { z } from 'zod';
import { CLIENT_ID } from '../../shared/config/services.js';
import type { EntryOf, OrderSide } from '../../shared/contract/order-journal.js';
import type { OrderLedger } from './order-ledger.js';

const uuid = z.uuid();
const SIDES: Readonly<Record<string, OrderSide>> = { BOT: 'BUY', BUY: 'BUY', SLD: 'SELL', SELL: 'SELL' };

/** What a reported execution is to the journal. */
export type ExecutionReport =
  | { readonly kind: 'entry'; readonly entry: EntryOf<'fill'> | EntryOf<'bust'> }
  /** Counted already. */
  | { readonly kind: 'known' }
  /** It cannot be counted as it is, and must not be lost either: why, in plain words. */
  | { readonly kind: 'odd'; readonly why: string };

/**
 * Whose it is: its order reference, else the permanent id; an order id alone proves nothing.
 * @param tickSize points
 * @param mid points, of our own book; null where it has none
 */
export function readExecution(
  execution: GatewayExecution,
  ledger: OrderLedger,
  tickSize: number,
  mid: number | null,
): ExecutionReport {
  const { execId, shares, price, permId, time } = execution;
  const side = SIDES[String(execution.side)];
  if (!execId) return odd(execution, 'it has no execId');
  if (shares === undefined || !Number.isSafeInteger(shares) || shares < 0) return odd(execution, `shares ${shares}`);
  const verdict = ledger.executions.judge(execId);
  if (verdict.kind === 'duplicate') return { kind: 'known' };
  const corrects = verdict.kind === 'correction' ? verdict.corrects : null;
  if (shares === 0) return { kind: 'entry', entry: { kind: 'bust', execId, corrects } };
  if (side === undefined) return odd(execution, `side ${String(execution.side)}`);
  if (price === undefined || !Number.isFinite(price) || Math.abs(price) > PRICE_MAX)
    return odd(execution, `price ${price}`);
  const corrected = corrects === null ? undefined : ledger.executions.find(corrects);
  const orderRef = orderRefOf(execution, ledger) ?? corrected?.orderRef ?? null;
  const known = [ledger.order(orderRef ?? '')?.limitPrice, mid, ledger.lastPrice].filter((one) => one != null);
  // The library reads a price that is not there as zero; the day's profit would be the whole contract's worth, and no loss be seen.
  if (known.length > 0 && known.every((market) => isFar(price, market, tickSize)))
    return odd(execution, `price ${price}, while the market is at ${known[0]}`);
  return {
    kind: 'entry',
    entry: {
      ...{ kind: 'fill', execId, orderRef, permId: permId ?? 0, side, contracts: shares, price, corrects },
      executedAt: time ?? '',
      ...(orderRef === null && execution.clientId === CLIENT_ID ? { isOwn: true } : {}),
    },
  };
}

/** No trade is so far from the market of its moment; the share alone would be too little where a market trades near zero. */
function isFar(price: number, market: number, tickSize: number): boolean {
  return Math.abs(price - market) > Math.max(FAR_TICKS * tickSize, FAR_SHARE * Math.abs(market));
}
const FAR_TICKS = 200;
const FAR_SHARE = 0.5;

/** Beyond any price of a future; IB's "unset" is far above it. */
const PRICE_MAX = 1e9;

function odd({ execId, orderRef, permId }: GatewayExecution, what: string): ExecutionReport {
  return {
    kind: 'odd',
    why: `execution ${execId || 'without id'} (order ${orderRef || permId || 'unknown'}) cannot be counted: ${what}`,
  };
}

function orderRefOf({ orderRef, permId }: GatewayExecution, ledger: OrderLedger): string | null {
  const parsed = uuid.safeParse(orderRef);
  if (parsed.success && ledger.order(parsed.data)) return parsed.data;
  const byPermId = permId ? ledger.all().find((order) => order.permIds.includes(permId)) : undefined;
  return byPermId?.orderRef ?? null;
}
