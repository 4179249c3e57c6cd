import { decodeContract } from './decode-contract.js';
import { decodePlaceOrder } from './decode-order.js';
import type { FieldReader } from './field-reader.js';

type Decode = (fields: FieldReader, version: number) => object;
const nothing = (): object => ({});
const idOnly = (fields: FieldReader) => ({ reqId: fields.id() });
const versionThenId = (fields: FieldReader) => {
  fields.skip(1, 'version');
  return { reqId: fields.id() };
};

/** Every request that is answered: its message id and how its fields are read, from server version 157 on. */
const TABLE = {
  reqMktData: [
    1,
    (f: FieldReader) => {
      f.skip(1, 'version');
      const reqId = f.id();
      const contract = decodeContract(f);
      if (f.flag('deltaNeutralContract')) f.skip(3, 'deltaNeutralContract');
      return { reqId, contract, genericTicks: f.text('genericTicks'), snapshot: f.flag('snapshot') };
    },
  ],
  cancelMktData: [2, versionThenId],
  placeOrder: [3, decodePlaceOrder],
  cancelOrder: [
    4,
    (f: FieldReader, version: number) => {
      if (version < 192) f.skip(1, 'version');
      return { orderId: f.id('orderId') };
    },
  ],
  reqOpenOrders: [5, nothing],
  reqAccountUpdates: [
    6,
    (f: FieldReader) => {
      f.skip(1, 'version');
      return { subscribe: f.flag('subscribe'), account: f.text('account') };
    },
  ],
  reqExecutions: [
    7,
    (f: FieldReader) => {
      f.skip(1, 'version');
      return {
        reqId: f.id(),
        clientId: f.integer('clientId', 0),
        account: f.text('acctCode'),
        time: f.text('time'),
        symbol: f.text('symbol'),
        secType: f.text('secType'),
        exchange: f.text('exchange'),
        side: f.text('side').toUpperCase(),
      };
    },
  ],
  reqIds: [8, nothing],
  reqContractDetails: [
    9,
    (f: FieldReader) => {
      f.skip(1, 'version');
      return { reqId: f.id(), contract: decodeContract(f) };
    },
  ],
  reqMktDepth: [
    10,
    (f: FieldReader) => {
      f.skip(1, 'version');
      return {
        reqId: f.id(),
        contract: decodeContract(f),
        rows: f.integer('numRows', 0),
        isSmartDepth: f.flag('isSmartDepth'),
      };
    },
  ],
  cancelMktDepth: [11, versionThenId],
  reqNewsBulletins: [12, nothing],
  cancelNewsBulletins: [13, nothing],
  setServerLogLevel: [14, nothing],
  reqAutoOpenOrders: [
    15,
    (f: FieldReader) => {
      f.skip(1, 'version');
      return { autoBind: f.flag('autoBind') };
    },
  ],
  reqAllOpenOrders: [16, nothing],
  reqManagedAccts: [17, nothing],
  reqHistoricalData: [
    20,
    (f: FieldReader) => {
      const reqId = f.id();
      const contract = decodeContract(f);
      f.skip(1, 'includeExpired');
      return {
        reqId,
        contract,
        endDateTime: f.text('endDateTime'),
        barSize: f.text('barSizeSetting'),
        duration: f.text('durationStr'),
        useRth: f.flag('useRTH'),
        whatToShow: f.text('whatToShow').toUpperCase(),
        formatDate: f.integer('formatDate', 1),
        keepUpToDate: f.flag('keepUpToDate'),
      };
    },
  ],
  cancelHistoricalData: [25, versionThenId],
  reqCurrentTime: [49, nothing],
  reqRealTimeBars: [
    50,
    (f: FieldReader) => {
      f.skip(1, 'version');
      const reqId = f.id();
      const contract = decodeContract(f);
      f.skip(1, 'barSize');
      return { reqId, contract, whatToShow: f.text('whatToShow').toUpperCase() };
    },
  ],
  cancelRealTimeBars: [51, versionThenId],
  globalCancel: [58, nothing],
  reqMarketDataType: [
    59,
    (f: FieldReader) => {
      f.skip(1, 'version');
      return { type: f.integer('marketDataType') };
    },
  ],
  reqPositions: [61, nothing],
  reqAccountSummary: [
    62,
    (f: FieldReader) => {
      f.skip(1, 'version');
      return { reqId: f.id(), group: f.text('group'), tags: f.text('tags') };
    },
  ],
  cancelAccountSummary: [63, versionThenId],
  cancelPositions: [64, nothing],
  startApi: [
    71,
    (f: FieldReader) => {
      f.skip(1, 'version');
      return { clientId: f.integer('clientId'), capabilities: f.left > 0 ? f.text('optionalCapabilities') : '' };
    },
  ],
  reqPositionsMulti: [74, versionThenId],
  cancelPositionsMulti: [75, versionThenId],
  reqAccountUpdatesMulti: [76, versionThenId],
  cancelAccountUpdatesMulti: [77, versionThenId],
  reqFamilyCodes: [80, nothing],
  reqMatchingSymbols: [81, (f: FieldReader) => ({ reqId: f.id(), pattern: f.text('pattern') })],
  reqMktDepthExchanges: [82, nothing],
  reqHeadTimestamp: [87, (f: FieldReader) => ({ reqId: f.id(), contract: decodeContract(f) })],
  cancelHeadTimestamp: [90, idOnly],
  reqMarketRule: [91, (f: FieldReader) => ({ marketRuleId: f.integer('marketRuleId') })],
  reqPnl: [92, (f: FieldReader) => ({ reqId: f.id(), account: f.text('account') })],
  cancelPnl: [93, idOnly],
  reqTickByTick: [
    97,
    (f: FieldReader) => ({
      reqId: f.id(),
      contract: decodeContract(f),
      tickType: f.text('tickType'),
    }),
  ],
  cancelTickByTick: [98, idOnly],
  reqCompletedOrders: [99, (f: FieldReader) => ({ apiOnly: f.flag('apiOnly') })],
  reqUserInfo: [104, idOnly],
} as const satisfies Record<string, readonly [number, Decode]>;

type Table = typeof TABLE;
export type RequestName = keyof Table;
/** The decoded fields of one kind of request. */
export type RequestOf<Name extends RequestName> = ReturnType<Table[Name][1]>;

export interface RequestKind {
  readonly name: RequestName;
  readonly decode: Decode;
}

export const REQUEST_NAMES = Object.keys(TABLE) as [RequestName, ...RequestName[]];

/** By message id. */
export const REQUESTS: ReadonlyMap<number, RequestKind> = new Map(
  Object.entries(TABLE).map(([name, [messageId, decode]]) => [messageId, { name: name as RequestName, decode }]),
);

/** Requests that IB answers and this simulator does not: where their request id stands (-1: they carry none). */
export const UNSUPPORTED_REQUESTS: ReadonlyMap<number, { name: string; idAt: number }> = new Map(
  (
    [
      [18, 'requestFA', -1],
      [19, 'replaceFA', -1],
      [21, 'exerciseOptions', 2],
      [22, 'reqScannerSubscription', 1],
      [23, 'cancelScannerSubscription', 2],
      [24, 'reqScannerParameters', -1],
      [52, 'reqFundamentalData', 2],
      [53, 'cancelFundamentalData', 2],
      [54, 'calculateImpliedVolatility', 2],
      [55, 'calculateOptionPrice', 2],
      [56, 'cancelCalculateImpliedVolatility', 2],
      [57, 'cancelCalculateOptionPrice', 2],
      [65, 'verifyRequest', -1],
      [66, 'verifyMessage', -1],
      [67, 'queryDisplayGroups', 2],
      [68, 'subscribeToGroupEvents', 2],
      [69, 'updateDisplayGroup', 2],
      [70, 'unsubscribeFromGroupEvents', 2],
      [72, 'verifyAndAuthRequest', -1],
      [73, 'verifyAndAuthMessage', -1],
      [78, 'reqSecDefOptParams', 1],
      [79, 'reqSoftDollarTiers', 1],
      [83, 'reqSmartComponents', 1],
      [84, 'reqNewsArticle', 1],
      [85, 'reqNewsProviders', -1],
      [86, 'reqHistoricalNews', 1],
      [88, 'reqHistogramData', 1],
      [89, 'cancelHistogramData', 1],
      [94, 'reqPnLSingle', 1],
      [95, 'cancelPnLSingle', 1],
      [96, 'reqHistoricalTicks', 1],
      [100, 'reqWshMetaData', 1],
      [101, 'cancelWshMetaData', 1],
      [102, 'reqWshEventData', 1],
      [103, 'cancelWshEventData', 1],
    ] as const
  ).map(([messageId, name, idAt]) => [messageId, { name, idAt }]),
);
