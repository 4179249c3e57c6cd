/** Texts of the notices that a fault script can name by their code alone. */
const TEXTS: ReadonlyMap<number, string> = new Map([
  [1100, 'Connectivity between IBKR and Trader Workstation has been lost.'],
  [1101, 'Connectivity between IBKR and Trader Workstation has been restored - data lost. Please re-subscribe.'],
  [1102, 'Connectivity between IBKR and Trader Workstation has been restored - data maintained.'],
  [1300, 'TWS socket port has been reset and this connection is being dropped.'],
  [2103, 'Market data farm connection is broken:usfuture'],
  [2104, 'Market data farm connection is OK:usfuture'],
  [2105, 'HMDS data farm connection is broken:ushmds'],
  [2106, 'HMDS data farm connection is OK:ushmds'],
  [2107, 'HMDS data farm connection is inactive but should be available upon demand.ushmds'],
  [2108, 'Market data farm connection is inactive but should be available upon demand.usfuture'],
  [2110, 'Connectivity between Trader Workstation and server is broken. It will be restored automatically.'],
  [2119, 'Market data farm is connecting:usfuture'],
  [2158, 'Sec-def data farm connection is OK:secdefil'],
  [10092, 'Deep market data is not supported for this combination of security type/exchange'],
  [10197, 'No market data during competing live session'],
]);

export const noticeText = (code: number): string => TEXTS.get(code) ?? `Notice ${code}`;
