import { type Contract, type ContractDetails, EventName, SecType } from '@stoqey/ib';
import type { Instrument } from '../../shared/config/market.js';
import { collect } from '../connection/collect.js';
import { lastTradeDateIn } from '../connection/contract.js';
import type { GatewaySession } from '../connection/session.js';

export interface ContractMonth {
  readonly localSymbol: string;
  /** YYYY-MM-DD */
  readonly lastTradeDate: string;
}

/**
 * The contract that expires next after ours among those of the same product: same class, multiplier and tick size; null where
 * the gateway lists none. @throws Failure NoAnswer, GatewayUnreachable
 */
export async function askNextMonth(
  session: GatewaySession,
  instrument: Instrument,
  timeoutMs: number,
): Promise<ContractMonth | null> {
  const { symbol, exchange, currency } = instrument;
  const asked: Contract = { symbol, exchange, currency, secType: SecType.FUT };
  const requestId = session.requestId();
  const listed: ContractDetails[] = [];
  const onDetails = (id: number, details: ContractDetails) => {
    if (id === requestId) listed.push(details);
  };
  await collect(
    session,
    'reqContractDetails',
    timeoutMs,
    EventName.contractDetailsEnd,
    (id) => id === requestId,
    [[EventName.contractDetails, onDetails]],
    () => session.send('request', (ib) => ib.reqContractDetails(requestId, asked)),
  );
  return nextMonth(listed, instrument);
}

/** Pure. @param listed what the gateway has listed of the product */
export function nextMonth(listed: readonly ContractDetails[], instrument: Instrument): ContractMonth | null {
  const own = listed.find(({ contract }) => contract.localSymbol === instrument.localSymbol);
  const ownDate = own && lastTradeDateIn(own);
  if (!own || !ownDate) return null;
  const later = listed.flatMap((details): ContractMonth[] => {
    const { contract, minTick } = details;
    const lastTradeDate = lastTradeDateIn(details);
    const isSame =
      contract.tradingClass === own.contract.tradingClass &&
      Number(contract.multiplier) === instrument.multiplier &&
      minTick === instrument.tickSize;
    return isSame && contract.localSymbol && lastTradeDate !== null && lastTradeDate > ownDate
      ? [{ localSymbol: contract.localSymbol, lastTradeDate }]
      : [];
  });
  return later.sort((a, b) => (a.lastTradeDate < b.lastTradeDate ? -1 : 1))[0] ?? null;
}
