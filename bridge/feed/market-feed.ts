import { type Contract, EventName, TickByTickDataType } from '@stoqey/ib';
import type { CaptureWriter } from '../capture/capture-writer.js';
import type { ReceiveClock } from '../capture/receive-clock.js';
import type { GatewaySession } from '../connection/session.js';
import { meaningOfDataError } from '../connection/system-codes.js';
import type { DepthChange } from './depth-change.js';
import { EventDoor } from './event-door.js';
import type { EventSink } from './event-sink.js';
import { FeedAges } from './feed-ages.js';
import { OddMessages } from './odd-messages.js';
import { QUOTE_TICK, TopOfBook } from './top-of-book.js';

export interface FeedDeps {
  readonly contract: Contract;
  /** Price of one tick, points. */
  readonly tickSize: number;
  readonly levels: number;
  readonly clock: ReceiveClock;
  readonly capture: CaptureWriter;
  readonly sink: EventSink;
  /** Where the gateway has no depth to give: how long until it is asked again, wall ms. */
  readonly depthRetryMs: number;
  /** Between two subscriptions made anew because of odd messages, wall ms. */
  readonly oddRenewMs: number;
  /** A message holds what no market event can: which, in plain words. */
  readonly onOdd: (reason: string) => void;
  /** The feed cannot be used for trading; null once it can be again. */
  readonly onFault: (fault: string | null) => void;
}

/** What is captured now: the book, the best prices only, or nothing that makes a book. */
export type MarketData = 'depth' | 'top-of-book' | 'none';

type Stream = 'depth' | 'trades' | 'quotes';
const NO_REQUEST = -1;
const QUOTE_TICKS: readonly number[] = Object.values(QUOTE_TICK);

/**
 * Depth and trades of one instrument: each event is captured first, then handed on. Where the gateway has no depth
 * for it, the best prices are captured instead as a book of one level, nothing is traded, and depth is asked for again.
 * A message that is no event voids the book: nobody knows what it should have said.
 */
export class MarketFeed {
  private session: GatewaySession | undefined;
  private depthRequest = NO_REQUEST;
  private tradesRequest = NO_REQUEST;
  /** Of the best prices, while there is no depth. */
  private quotesRequest = NO_REQUEST;
  private readonly top = new TopOfBook((change) => this.onQuoteChange(change));
  private readonly door: EventDoor;
  private readonly odd: OddMessages;
  readonly ages: FeedAges;
  private readonly faults = new Map<Stream, string>();
  private depthRetry: NodeJS.Timeout | undefined;
  /** No depth of the present request has come yet. */
  private awaitsDepth = true;
  private eventCount = 0;
  /** A gap was the last mark: the book is void. */
  private isBroken = false;
  /** Events of subscriptions that were cancelled before, or of another contract's; ignored. */
  lateEvents = 0;

  constructor(private readonly deps: FeedDeps) {
    const { tickSize, clock, oddRenewMs, onOdd } = deps;
    this.door = new EventDoor(tickSize);
    this.odd = new OddMessages({ renewEveryMs: oddRenewMs, onOdd, renew: () => this.recover() });
    this.ages = new FeedAges(clock);
  }

  get eventsSeen(): number {
    return this.eventCount;
  }

  /** Messages that were no event; none of them is in the capture as one. */
  get oddMessages(): number {
    return this.odd.count;
  }

  /** Monotonic ms of the last depth, or since when it is awaited; null where none was asked for, or it was refused. */
  get depthOwedSinceMs(): number | null {
    if (!this.session?.open || this.faults.has('depth')) return null;
    return this.ages.heardAtMs;
  }

  get marketData(): MarketData {
    if (this.quotesRequest !== NO_REQUEST && !this.isBroken) return 'top-of-book';
    return this.awaitsDepth || this.isBroken ? 'none' : 'depth';
  }

  /** Subscribes on a connection; request ids are fresh, so that data of an earlier subscription is told apart. */
  subscribe(session: GatewaySession): void {
    if (this.session !== session) this.listen(session);
    else this.unsubscribe();
    this.odd.forget();
    this.leaveQuotes();
    this.session = session;
    const trades = session.requestId();
    this.tradesRequest = trades;
    this.breakBook('reset', 'subscribed');
    // A refusal of depth stands until depth has come: to ask again proves nothing.
    this.settle('trades');
    this.askDepth(session);
    const { contract } = this.deps;
    session.send('request', (ib) => ib.reqTickByTickData(trades, contract, TickByTickDataType.AllLast, 0, false));
  }

  /** Events may be missing from here: the book is void until `subscribe` or `renew`. */
  lost(reason: string): void {
    this.breakBook('gap', reason);
  }

  /** The source says that it is well again. */
  recover(): void {
    if (this.isBroken) this.renew();
  }

  /** Asks for a fresh book on the same connection. */
  renew(): void {
    if (this.session?.open) this.subscribe(this.session);
  }

  /** No more of it: the subscriptions are cancelled, and what still comes is nobody's. */
  end(): void {
    clearTimeout(this.depthRetry);
    this.leaveQuotes();
    this.unsubscribe();
    this.session = undefined;
    this.depthRequest = NO_REQUEST;
    this.tradesRequest = NO_REQUEST;
  }

  private listen(session: GatewaySession): void {
    session.listenToDepth(this.onDepth);
    session.ib.on(EventName.tickByTickAllLast, this.onTrade);
    session.ib.on(EventName.tickPrice, this.onQuote);
    session.ib.on(EventName.tickSize, (id, type, size) => this.onQuote(id, type ?? NO_REQUEST, size ?? Number.NaN));
    session.ib.on(EventName.error, (error: Error, code: number, id: number) => this.onError(error.message, code, id));
  }

  private unsubscribe(): void {
    const [depth, trades] = [this.depthRequest, this.tradesRequest];
    this.session?.send('request', (ib) => ib.cancelMktDepth(depth, false));
    this.session?.send('request', (ib) => ib.cancelTickByTickData(trades));
  }

  private readonly onDepth = (id: number, change: DepthChange, words?: string): void => {
    // A message whose id cannot be read may be ours.
    if (this.session === undefined || (id !== this.depthRequest && !Number.isNaN(id))) {
      this.lateEvents++;
      return;
    }
    const odd = this.door.depth(this.deps.levels, change);
    if (odd !== null) {
      this.onOdd(words === undefined ? `depth: ${odd}` : `depth: ${odd}, of ${words}`);
      return;
    }
    if (this.awaitsDepth) this.depthHasCome();
    this.record(change);
    if (!this.isBroken) this.ages.depth();
  };

  private readonly onQuote = (id: number, type: number, value: number): void => {
    if (id !== this.quotesRequest || !QUOTE_TICKS.includes(type)) return;
    if (Number.isFinite(value)) this.top.tick(type, value);
    else this.onOdd(`best prices: ${value} of tick type ${type}`);
  };

  private onQuoteChange(change: DepthChange): void {
    const odd = this.door.depth(1, change);
    if (odd === null) this.record(change);
    else this.onOdd(`best prices: ${odd}`);
  }

  private record(change: DepthChange): void {
    this.eventCount++;
    const atNs = this.deps.clock.stampNs();
    this.ages.event();
    const seq = this.deps.capture.depth(atNs, change);
    this.deps.sink.depth(atNs, seq, change);
  }

  private readonly onTrade = (id: number, _type: number, _time: string, price: number, size: number): void => {
    if (id !== this.tradesRequest) {
      this.lateEvents++;
      return;
    }
    const odd = this.door.trade(price, size);
    if (odd !== null) {
      this.onOdd(`trade: ${odd}`);
      return;
    }
    this.eventCount++;
    const atNs = this.deps.clock.stampNs();
    this.ages.event();
    const seq = this.deps.capture.trade(atNs, price, size);
    this.deps.sink.trade(atNs, seq, price, size);
  };

  /** One gap line, whatever else comes before the book is asked for anew; and that not too often, should it never end. */
  private onOdd(reason: string): void {
    this.odd.record(reason);
    if (this.isBroken) return;
    this.lost(`odd market data: ${reason}`);
    this.odd.renewSoon();
  }

  private onError(text: string, code: number, id: number): void {
    const stream = this.streamOf(id);
    if (stream === null) return;
    switch (meaningOfDataError(code)) {
      case 'depth-reset':
        this.breakBook('reset', `${code}: ${text}`);
        return;
      case 'resubscribe':
        if (this.session) this.subscribe(this.session);
        return;
      case 'no-depth':
        this.fault(stream, `the gateway has no depth, best prices and trades only are captured (${code}): ${text}`);
        this.fallBack(code);
        return;
      case 'no-entitlement':
      case 'configuration':
      case 'limit':
        this.fault(stream, `the gateway refuses market data (${code}): ${text}`);
        return;
      case 'ignored':
        return;
    }
  }

  private streamOf(id: number): Stream | null {
    if (id === this.depthRequest) return 'depth';
    if (id === this.tradesRequest) return 'trades';
    return id === this.quotesRequest ? 'quotes' : null;
  }

  private askDepth(session: GatewaySession): void {
    const { contract, levels } = this.deps;
    const depth = session.requestId();
    this.depthRequest = depth;
    this.awaitsDepth = true;
    session.send('request', (ib) => ib.reqMktDepth(depth, contract, levels, false));
  }

  /** Best prices instead of depth: worth having, and no ground for a decision. */
  private fallBack(code: number): void {
    const { session } = this;
    if (!session) return;
    clearTimeout(this.depthRetry);
    this.depthRetry = setTimeout(() => {
      if (session.open && session === this.session) this.askDepth(session);
    }, this.deps.depthRetryMs).unref();
    if (this.quotesRequest !== NO_REQUEST) return;
    const quotes = session.requestId();
    this.quotesRequest = quotes;
    this.deps.capture.startLevels(1);
    this.breakBook('reset', `${code}: no depth, best prices only`);
    session.send('request', (ib) => ib.reqMktData(quotes, this.deps.contract, '', false, false));
  }

  private depthHasCome(): void {
    this.awaitsDepth = false;
    if (this.quotesRequest !== NO_REQUEST) {
      this.leaveQuotes();
      this.breakBook('reset', 'depth again');
    }
    this.settle('quotes');
    this.settle('depth');
  }

  private leaveQuotes(): void {
    clearTimeout(this.depthRetry);
    const quotes = this.quotesRequest;
    if (quotes === NO_REQUEST) return;
    this.quotesRequest = NO_REQUEST;
    this.session?.send('request', (ib) => ib.cancelMktData(quotes));
    this.deps.capture.startLevels(this.deps.levels);
  }

  private fault(stream: Stream, reason: string): void {
    this.faults.set(stream, reason);
    this.deps.onFault([...this.faults.values()].join('; '));
  }

  private settle(stream: Stream): void {
    if (!this.faults.delete(stream)) return;
    this.deps.onFault(this.faults.size === 0 ? null : [...this.faults.values()].join('; '));
  }

  private breakBook(kind: 'reset' | 'gap', reason: string): void {
    this.isBroken = kind === 'gap';
    this.top.clear();
    this.ages.bookBroken();
    const atNs = this.deps.clock.stampNs();
    const seq = this.deps.capture.mark(kind, reason, atNs);
    this.deps.sink.broken(kind, atNs, seq);
  }
}
