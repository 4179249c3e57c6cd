/** What a connection-wide code (id -1) means for the bridge; every other code is only logged. */
export type SystemMeaning =
  | 'client-id-in-use'
  | 'ib-lost'
  | 'restored-data-lost'
  | 'restored-data-kept'
  | 'port-moved'
  | 'data-broken'
  | 'data-ok'
  | 'pacing'
  | 'informational';

/** Sources: the IB API message codes; 2110 cuts gateway from server just as 1100 does. */
export function meaningOfSystemCode(code: number): SystemMeaning {
  switch (code) {
    case 326:
      return 'client-id-in-use';
    case 1100:
    case 2110:
      return 'ib-lost';
    case 1101:
      return 'restored-data-lost';
    case 1102:
      return 'restored-data-kept';
    case 1300:
      return 'port-moved';
    case 2103:
    case 2105:
      return 'data-broken';
    case 2104:
    case 2106:
      return 'data-ok';
    case 100:
      return 'pacing';
    default:
      return 'informational';
  }
}

/** Error codes about a market data request (id = its request id). */
export type DataErrorMeaning =
  | 'depth-reset'
  | 'resubscribe'
  | 'no-entitlement'
  | 'no-depth'
  | 'configuration'
  | 'limit'
  | 'ignored';

export function meaningOfDataError(code: number): DataErrorMeaning {
  switch (code) {
    case 317:
      return 'depth-reset';
    case 316:
      return 'resubscribe';
    case 354:
    case 10089:
    case 10090:
    case 10167:
    case 10189:
    case 10197:
      return 'no-entitlement';
    case 10092:
      return 'no-depth';
    case 200:
    case 320:
    case 321:
      return 'configuration';
    case 101:
    case 309:
    case 10190:
      return 'limit';
    default:
      return 'ignored';
  }
}

/** Error codes about an order (id = its order id). `unlisted`: nobody knows what it means for the order. */
export type OrderErrorMeaning = 'rejected' | 'cancelled' | 'duplicate-id' | 'race' | 'warning' | 'unlisted';

export function meaningOfOrderError(code: number): OrderErrorMeaning {
  if (REJECTIONS.has(code)) return 'rejected';
  if (RACES.has(code)) return 'race';
  if (WARNINGS.has(code)) return 'warning';
  if (code === 202) return 'cancelled';
  return code === 103 ? 'duplicate-id' : 'unlisted';
}

/** Refused by the checks of TWS, by those of risk and permissions, or by the exchange. Source: the IB API message codes. */
const REJECTIONS: ReadonlySet<number> = new Set([
  ...[
    106, 107, 109, 110, 111, 116, 118, 200, 201, 203, 320, 321, 325, 328, 329, 355, 382, 383, 387, 388, 391, 392, 403,
  ],
  ...[406, 422, 426, 434, 435, 436, 460, 461, 463, 10006, 10020, 10052, 10268, 10289],
]);

/** A request met an order that had changed meanwhile: it was filled, cancelled or is not known. */
const RACES: ReadonlySet<number> = new Set([104, 105, 135, 136, 161, 10147, 10148, 10149]);

/** The order goes on: held until a time (399), shares being located (404), attributes ignored (2109, 10349, ...). */
const WARNINGS: ReadonlySet<number> = new Set([399, 404, 2102, 2109, 2137, 2161, 10311, 10349]);
