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

/** Error codes about an order (id = its order id). */
export type OrderErrorMeaning = 'rejected' | 'cancelled' | 'duplicate-id' | 'race' | 'warning';

export function meaningOfOrderError(code: number): OrderErrorMeaning {
  switch (code) {
    case 202:
      return 'cancelled';
    case 103:
      return 'duplicate-id';
    case 104:
    case 105:
    case 135:
    case 136:
    case 161:
    case 10147:
    case 10148:
    case 10149:
      return 'race';
    case 110:
    case 200:
    case 201:
    case 203:
    case 320:
    case 321:
    case 10289:
      return 'rejected';
    default:
      return 'warning';
  }
}
