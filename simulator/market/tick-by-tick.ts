import { priceOf } from '../contracts/contract.js';
import type { Feed } from '../feed.js';
import { encodeTickByTickMid, encodeTickByTickQuote, encodeTickByTickTrade } from '../wire/encode-market-data.js';
import type { Market, MarketListener } from './market.js';

/** A subscriber of single ticks; undefined for a kind that does not exist. */
export function createTickByTick(
  reqId: number,
  kind: string,
  market: Market,
  nowMs: () => number,
  feed: Pick<Feed, 'trades' | 'quotes'>,
): MarketListener | undefined {
  const { contract } = market;
  const price = (ticks: number) => priceOf(contract, ticks);
  if (kind === 'Last' || kind === 'AllLast') {
    const type = kind === 'Last' ? 1 : 2;
    return {
      onTrade: (ticks, size) =>
        feed.trades(encodeTickByTickTrade(reqId, type, nowMs(), price(ticks), size, contract.product.exchange)),
    };
  }
  if (kind !== 'BidAsk' && kind !== 'MidPoint') return undefined;
  let before = '';
  return {
    onBook() {
      const [bid, ask] = [market.book.bids[0], market.book.asks[0]];
      if (!bid || !ask) return;
      const isQuote = kind === 'BidAsk';
      const now = isQuote
        ? `${bid.priceTicks} ${bid.size} ${ask.priceTicks} ${ask.size}`
        : `${bid.priceTicks + ask.priceTicks}`;
      if (now === before) return;
      before = now;
      if (isQuote)
        feed.quotes(
          encodeTickByTickQuote(reqId, nowMs(), price(bid.priceTicks), price(ask.priceTicks), bid.size, ask.size),
        );
      else feed.quotes(encodeTickByTickMid(reqId, nowMs(), price((bid.priceTicks + ask.priceTicks) / 2)));
    },
  };
}
