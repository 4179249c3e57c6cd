import type { ContractQuery } from '../contracts/catalogue.js';
import { noticeText } from '../faults/notice-texts.js';
import { contractFor, type GatewayCore } from '../gateway-core.js';
import { OverwritingDepth, ShiftingDepth } from '../market/depth-stream.js';
import type { Market, MarketListener } from '../market/market.js';
import { createTickByTick } from '../market/tick-by-tick.js';
import { TickStream } from '../market/tick-stream.js';
import type { Session, Subscription } from '../session.js';
import {
  encodeDepthExchanges,
  encodeMarketDataType,
  encodeSnapshotEnd,
  encodeTickReqParams,
} from '../wire/encode-market-data.js';
import type { Handlers } from './handlers.js';

const DEPTH_ROWS_MAX = 60;

export const marketDataRequests: Handlers<
  | 'reqMktData'
  | 'cancelMktData'
  | 'reqMarketDataType'
  | 'reqMktDepth'
  | 'cancelMktDepth'
  | 'reqMktDepthExchanges'
  | 'reqTickByTick'
  | 'cancelTickByTick'
> = {
  reqMktData(core, session, { reqId, contract, genericTicks, snapshot }) {
    if (isTaken(session, reqId, 102, 'Duplicate ticker id')) return;
    const { marketDataLines } = core.settings.limits;
    if (session.count('level1') >= marketDataLines)
      return session.error(reqId, 101, 'Max number of tickers has been reached');
    const market = marketFor(core, session, reqId, contract);
    const quality = market && qualityOf(core, session, reqId);
    if (!market || !quality) return;
    const isDelayed = quality === 'delayed';
    const wantsRtVolume = genericTicks.split(',').some((tick) => tick.trim() === '233');
    const feed = session.openFeed();
    const stream = new TickStream(reqId, market, isDelayed, wantsRtVolume, core.nowMs, feed);
    session.send(encodeMarketDataType(reqId, isDelayed ? 3 : 1));
    session.send(encodeTickReqParams(reqId, market.contract.tickSize, market.contract.product.exchange));
    stream.snapshot();
    if (snapshot) return session.send(encodeSnapshotEnd(reqId));
    subscribe(core, session, reqId, 'level1', market, stream, { feed });
  },
  cancelMktData(_core, session, { reqId }) {
    if (!session.unsubscribe(reqId, 'level1')) session.error(reqId, 300, `Can't find EId with tickerId:${reqId}`);
  },
  reqMarketDataType(_core, session, { type }) {
    if (type < 1 || type > 4)
      return session.error(-1, 321, `Error validating request: market data type ${type} does not exist`);
    session.marketDataType = type;
  },
  reqMktDepth(core, session, { reqId, contract, rows, isSmartDepth }) {
    if (isTaken(session, reqId, 322, "Error processing request:-'bN' : cause - Duplicate ticker id")) return;
    if (rows < 1 || rows > DEPTH_ROWS_MAX)
      return session.error(reqId, 321, `Error validating request: the number of rows must be 1 to ${DEPTH_ROWS_MAX}`);
    if (session.count('depth') >= core.settings.limits.depthRequests)
      return session.error(
        reqId,
        309,
        `Max number (${core.settings.limits.depthRequests}) of market depth requests has been reached`,
      );
    const refusal = core.scripted.depthRefusals.shift();
    if (refusal) return session.error(reqId, refusal.code, refusal.text);
    if (isSmartDepth || contract.exchange === 'SMART') return session.error(reqId, 10092, noticeText(10092));
    const market = marketFor(core, session, reqId, contract);
    if (!market) return;
    if (!core.settings.entitlements.depth)
      return session.error(
        reqId,
        354,
        'Requested market data is not subscribed. Market depth of this exchange is not part of the subscriptions.',
      );
    const Stream = core.settings.depthStyle === 'shift' ? ShiftingDepth : OverwritingDepth;
    const feed = session.openFeed();
    const stream = new Stream(
      reqId,
      market,
      rows,
      (message) => feed.depth(message),
      () =>
        session.error(
          reqId,
          317,
          'Market depth data has been RESET. Please empty deep book contents before applying any new entries.',
        ),
    );
    subscribe(core, session, reqId, 'depth', market, stream, { feed, depth: stream });
    stream.snapshot();
  },
  cancelMktDepth(_core, session, { reqId }) {
    if (!session.unsubscribe(reqId, 'depth'))
      session.error(reqId, 310, `Can't find the subscribed market depth with tickerId:${reqId}`);
  },
  reqMktDepthExchanges(core, session) {
    session.send(
      encodeDepthExchanges([...new Set([...core.markets.values()].map((market) => market.contract.product.exchange))]),
    );
  },
  reqTickByTick(core, session, { reqId, contract, tickType }) {
    if (isTaken(session, reqId, 322, "Error processing request:-'bN' : cause - Duplicate ticker id")) return;
    if (session.count('tickByTick') >= core.settings.limits.tickByTickRequests)
      return session.error(reqId, 10190, 'Max number of tick-by-tick requests has been reached');
    const market = marketFor(core, session, reqId, contract);
    if (!market) return;
    if (core.settings.entitlements.level1 !== 'live')
      return session.error(
        reqId,
        10189,
        'Failed to request tick-by-tick data:No market data permissions for this exchange',
      );
    const feed = session.openFeed();
    const stream = createTickByTick(reqId, tickType, market, core.nowMs, feed);
    if (!stream)
      return session.error(reqId, 321, `Error validating request: tick type ${tickType.slice(0, 20)} does not exist`);
    subscribe(core, session, reqId, 'tickByTick', market, stream, { feed });
    stream.onBook?.();
  },
  cancelTickByTick(_core, session, { reqId }) {
    if (!session.unsubscribe(reqId, 'tickByTick')) session.error(reqId, 300, `Can't find EId with tickerId:${reqId}`);
  },
};

function isTaken(session: Session, reqId: number, code: number, text: string): boolean {
  if (!session.subscriptions.has(reqId)) return false;
  session.error(reqId, code, text);
  return true;
}

/** The played market that the query names, or undefined after an error: a listed contract without a tape is 354. */
function marketFor(core: GatewayCore, session: Session, reqId: number, query: ContractQuery): Market | undefined {
  if (query.exchange === '' && query.primaryExchange === '') {
    session.error(reqId, 321, "Error validating request:-'bN' : cause - Please enter exchange");
    return undefined;
  }
  const contract = contractFor(core, session, reqId, query);
  if (!contract) return undefined;
  const market = core.markets.get(contract.conId);
  if (!market) session.error(reqId, 354, 'Requested market data is not subscribed.');
  return market;
}

function qualityOf(core: GatewayCore, session: Session, reqId: number): 'live' | 'delayed' | undefined {
  const { level1 } = core.settings.entitlements;
  if (level1 === 'live') return 'live';
  if (level1 === 'delayed' && session.marketDataType >= 3) {
    session.error(reqId, 10167, 'Requested market data is not subscribed. Displaying delayed market data.');
    return 'delayed';
  }
  const text =
    level1 === 'delayed'
      ? 'Requested market data is not subscribed. Delayed market data is available.'
      : 'Requested market data is not subscribed.';
  session.error(reqId, 354, text);
  return undefined;
}

function subscribe(
  core: GatewayCore,
  session: Session,
  reqId: number,
  kind: Subscription['kind'],
  market: Market,
  stream: MarketListener,
  more: Pick<Subscription, 'feed' | 'depth'>,
): void {
  session.subscriptions.set(reqId, { kind, stop: market.listen(stream), ...more });
  core.onSubscribed();
}
