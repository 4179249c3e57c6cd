import { createContract, type FutureContract } from './contract.js';
import { MONTH_CODES, PRODUCTS } from './product.js';

/** What a client may say about a contract; empty strings and 0 mean "not said". */
export interface ContractQuery {
  readonly conId: number;
  readonly symbol: string;
  readonly secType: string;
  /** yyyymm or yyyymmdd */
  readonly lastTradeDateOrContractMonth: string;
  readonly multiplier: string;
  readonly exchange: string;
  readonly primaryExchange: string;
  readonly currency: string;
  readonly localSymbol: string;
  readonly tradingClass: string;
}

const YEARS_AHEAD = 2;

/** Every contract that the simulator lists: each product's months from now on, and whatever the data plays. */
export class Catalogue {
  readonly #contracts = new Map<number, FutureContract>();

  constructor(nowMs: number, played: readonly FutureContract[]) {
    for (const contract of played) this.#contracts.set(contract.conId, contract);
    const today = new Date(nowMs).toISOString().slice(0, 10).replaceAll('-', '');
    const thisYear = new Date(nowMs).getUTCFullYear();
    for (const product of PRODUCTS)
      for (let year = thisYear; year <= thisYear + YEARS_AHEAD; year++)
        for (const code of product.months) {
          const contract = createContract(product, year, MONTH_CODES.indexOf(code) + 1);
          if (contract.lastTradingDay >= today) this.#contracts.set(contract.conId, contract);
        }
  }

  /** Matches in order of expiry; none means "no security definition". */
  find(query: ContractQuery): FutureContract[] {
    return [...this.#contracts.values()]
      .filter((contract) => matches(contract, query))
      .sort((a, b) =>
        a.lastTradingDay < b.lastTradingDay ? -1 : a.lastTradingDay > b.lastTradingDay ? 1 : a.conId - b.conId,
      );
  }

  /** Products whose symbol or name holds the pattern. */
  findSymbols(pattern: string): FutureContract[] {
    const wanted = pattern.toUpperCase();
    const first = new Map<string, FutureContract>();
    for (const contract of this.#contracts.values()) {
      const { symbol, longName } = contract.product;
      if (symbol.startsWith(wanted) || longName.toUpperCase().includes(wanted)) first.set(symbol, contract);
    }
    return [...first.values()];
  }
}

function matches(contract: FutureContract, query: ContractQuery): boolean {
  const { product } = contract;
  if (query.secType !== '' && query.secType !== 'FUT') return false;
  if (query.conId !== 0) return query.conId === contract.conId && exchangeMatches(query, product.exchange);
  if (query.symbol === '' && query.localSymbol === '') return false;
  const date = query.lastTradeDateOrContractMonth;
  return (
    query.secType === 'FUT' &&
    (query.symbol === '' || query.symbol === product.symbol) &&
    (query.localSymbol === '' || query.localSymbol === contract.localSymbol) &&
    (query.tradingClass === '' || query.tradingClass === product.tradingClass) &&
    (query.currency === '' || query.currency === 'USD') &&
    (query.multiplier === '' || Number(query.multiplier) === product.multiplier) &&
    exchangeMatches(query, product.exchange) &&
    (date === '' ||
      (date.length === 6 ? date === contract.contractMonth : date.slice(0, 8) === contract.lastTradingDay))
  );
}

/** QBALGO and the like aside: a future is listed on one exchange, and SMART does not route it. */
function exchangeMatches(query: ContractQuery, exchange: string): boolean {
  const asked = query.exchange || query.primaryExchange;
  return asked === '' || asked === exchange || (asked === 'GLOBEX' && exchange === 'CME');
}
