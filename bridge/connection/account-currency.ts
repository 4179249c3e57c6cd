import { EventName } from '@stoqey/ib';
import { collect } from './collect.js';
import type { GatewaySession } from './session.js';

/** A total, which the gateway states in the account's base currency: the currency of that line is the base currency. */
const TOTAL = 'NetLiquidation';

/** Base currency of an account; null where the gateway does not say. @throws Failure NoAnswer, GatewayUnreachable */
export async function askBaseCurrency(
  session: GatewaySession,
  account: string,
  timeoutMs: number,
): Promise<string | null> {
  const requestId = session.requestId();
  let found: string | null = null;
  const onLine = (id: number, ofAccount: string, tag: string, _value: string, currency: string) => {
    if (id === requestId && ofAccount === account && tag === TOTAL) found = currency || null;
  };
  await collect(
    session,
    'reqAccountSummary',
    timeoutMs,
    EventName.accountSummaryEnd,
    (id) => id === requestId,
    [[EventName.accountSummary, onLine]],
    () => session.send('request', (ib) => ib.reqAccountSummary(requestId, 'All', TOTAL)),
  );
  session.send('request', (ib) => ib.cancelAccountSummary(requestId));
  return found;
}
