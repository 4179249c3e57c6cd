import { type Contract, type ContractDetails, EventName, SecType } from '@stoqey/ib';
import type { Instrument } from '../../shared/config/market.js';
import { Failure } from '../../shared/failure.js';
import { type ListedHours, readLiquidHours } from './liquid-hours.js';
import { type GatewaySession, unreachable } from './session.js';

/** The contract as orders and subscriptions name it. */
export function contractOf({ localSymbol, symbol, exchange, currency }: Instrument): Contract {
  return { symbol, localSymbol, exchange, currency, secType: SecType.FUT };
}

/** What the gateway says of the contract beside what the configuration says as well. */
export interface ListedContract {
  /** Last trade date, YYYY-MM-DD; null where the gateway does not say. */
  readonly lastTradeDate: string | null;
  readonly regularHours: ReadonlyMap<string, ListedHours | null>;
}

/**
 * Asks the gateway what it knows under that name and compares it with the configuration: a wrong tick size or
 * multiplier would make every price and every loss wrong.
 * @throws Failure ContractUnknown, ContractDiffers: neither is cured by trying again
 */
export async function checkContract(
  session: GatewaySession,
  instrument: Instrument,
  timeoutMs: number,
): Promise<ListedContract> {
  const details = await askDetails(session, contractOf(instrument), timeoutMs);
  refuseDifferent(details, instrument);
  return {
    lastTradeDate: lastTradeDateIn(details),
    regularHours: readLiquidHours(details.liquidHours ?? '', details.timeZoneId ?? ''),
  };
}

function refuseDifferent(details: ContractDetails, instrument: Instrument): void {
  const { tickSize, multiplier, localSymbol } = instrument;
  const found = { tickSize: details.minTick, multiplier: details.contract.multiplier };
  if (found.tickSize === tickSize && Number(found.multiplier) === multiplier) return;
  throw new Failure(
    'ContractDiffers',
    `${localSymbol}: the gateway says tick size ${found.tickSize}, multiplier ${found.multiplier}; the configuration says ${tickSize}, ${multiplier}`,
    'set instrument.tickSize and instrument.multiplier to what the exchange publishes',
  );
}

/** The earlier of the two dates that the gateway gives; each begins with yyyymmdd, whatever follows. */
export function lastTradeDateIn({ contract, realExpirationDate }: ContractDetails): string | null {
  const dates = [contract.lastTradeDateOrContractMonth, realExpirationDate].flatMap((text) => {
    const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)/.exec(text ?? '') ?? [];
    return day === undefined ? [] : [`${year}-${month}-${day}`];
  });
  return dates.sort()[0] ?? null;
}

function askDetails(session: GatewaySession, contract: Contract, timeoutMs: number): Promise<ContractDetails> {
  const requestId = session.requestId();
  const { ib } = session;
  const name = contract.localSymbol ?? '';
  return new Promise<ContractDetails>((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      ib.off(EventName.contractDetails, onDetails);
      ib.off(EventName.contractDetailsEnd, onEnd);
      ib.off(EventName.error, onError);
    };
    const fail = (failure: Failure) => {
      stop();
      reject(failure);
    };
    const onDetails = (id: number, details: ContractDetails) => {
      if (id !== requestId) return;
      stop();
      resolve(details);
    };
    const onEnd = (id: number) => {
      if (id === requestId) fail(unknown(name, 'it has no such contract'));
    };
    const onError = (error: Error, code: number, id: number) => {
      if (id === requestId) fail(unknown(name, `${code} ${error.message}`));
    };
    const timer = setTimeout(
      () => fail(new Failure('NoAnswer', `the gateway did not answer reqContractDetails in ${timeoutMs} ms`)),
      timeoutMs,
    );
    ib.on(EventName.contractDetails, onDetails);
    ib.on(EventName.contractDetailsEnd, onEnd);
    ib.on(EventName.error, onError);
    session.closed.then((reason) => fail(unreachable(`the connection ended before the contract was told: ${reason}`)));
    session.send('request', () => ib.reqContractDetails(requestId, contract));
  });
}

function unknown(name: string, why: string): Failure {
  return new Failure(
    'ContractUnknown',
    `the gateway does not know ${name}: ${why}`,
    'correct instrument in the configuration',
  );
}
