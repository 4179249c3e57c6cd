const CONTRACT = /^.+([FGHJKMNQUVXZ])(\d{1,2})$/;
const PLACES = /\{(contract|month|year|year2)\}/g;

/** Whether it names each contract of a product, and not one alone. */
export function namesEveryContract(symbol: string): boolean {
  return /\{contract\}/.test(symbol) || (/\{month\}/.test(symbol) && /\{year2?\}/.test(symbol));
}

/**
 * What Sierra Chart calls a contract: `ES{month}{year2}_FUT_CME` for ESZ9 in 2019 is ESZ19_FUT_CME. `{contract}`, `{month}` and `{year}` are as
 * the exchange writes them; a year of one digit is the first from the year before `year` on.
 * @param year in which it is traded
 */
export function sierraSymbolOf(symbol: string, localSymbol: string, year: number): string {
  const [, month = '', digits = ''] = CONTRACT.exec(localSymbol) ?? [];
  const years = Array.from({ length: 100 }, (_, at) => String(year - 1 + at));
  const places: Record<string, string> = {
    ...{ contract: localSymbol, month, year: digits },
    year2: (digits && years.find((one) => one.endsWith(digits))?.slice(-2)) || '',
  };
  return symbol.replace(PLACES, (_, place: string) => places[place]!);
}
