import { type Contract, EventName, TickByTickDataType } from '@stoqey/ib';
import type { CaptureWriter } from '../capture/capture-writer.js';
import type { ReceiveClock } from '../capture/receive-clock.js';
import type { GatewaySession } from '../connection/session.js';
import { meaningOfDataError } from '../connection/system-codes.js';

/** What happens to an event after it was captured. Prices in points, times in ns since the clock's base. */
export interface EventSink {
  depth(
    atNs: number,
    seq: number,
    operation: number,
    side: number,
    position: number,
    price: number,
    size: number,
  ): void;
  trade(atNs: number, seq: number, price: number, size: number): void;
  /** reset: a fresh book follows. gap: events may be missing, and the book is void until a reset. */
  broken(kind: 'reset' | 'gap', atNs: number, seq: number): void;
}

export interface FeedDeps {
  readonly contract: Contract;
  readonly levels: number;
  readonly clock: ReceiveClock;
  readonly capture: CaptureWriter;
  readonly sink: EventSink;
  /** The feed cannot be used for trading; null once it can be again. */
  readonly onFault: (fault: string | null) => void;
}

/** Depth and trades of the one instrument: each event is captured first, then handed on. */
export class MarketFeed {
  private session: GatewaySession | undefined;
  private depthRequest = -1;
  private tradesRequest = -1;
  private eventCount = 0;
  private isBroken = false;
  /** Events of subscriptions that were cancelled before; ignored. */
  lateEvents = 0;

  constructor(private readonly deps: FeedDeps) {}

  get eventsSeen(): number {
    return this.eventCount;
  }

  /** Subscribes on a connection; request ids are fresh, so that data of an earlier subscription is told apart. */
  subscribe(session: GatewaySession): void {
    if (this.session !== session) this.listen(session);
    else this.unsubscribe();
    this.session = session;
    this.depthRequest = session.requestId();
    this.tradesRequest = session.requestId();
    const { contract, levels } = this.deps;
    const [depth, trades] = [this.depthRequest, this.tradesRequest];
    this.isBroken = false;
    this.breakBook('reset', 'subscribed');
    this.deps.onFault(null);
    session.send('request', (ib) => ib.reqMktDepth(depth, contract, levels, false));
    session.send('request', (ib) => ib.reqTickByTickData(trades, contract, TickByTickDataType.AllLast, 0, false));
  }

  /** Events may be missing from here: the book is void until `subscribe` or `renew`. */
  lost(reason: string): void {
    this.isBroken = true;
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

  private listen(session: GatewaySession): void {
    session.listenToDepth(this.onDepth);
    session.ib.on(EventName.tickByTickAllLast, this.onTrade);
    session.ib.on(EventName.error, (error: Error, code: number, id: number) => this.onError(error.message, code, id));
  }

  private unsubscribe(): void {
    const [depth, trades] = [this.depthRequest, this.tradesRequest];
    this.session?.send('request', (ib) => ib.cancelMktDepth(depth, false));
    this.session?.send('request', (ib) => ib.cancelTickByTickData(trades));
  }

  private readonly onDepth = (
    id: number,
    position: number,
    operation: number,
    side: number,
    price: number,
    size: number,
  ): void => {
    if (id !== this.depthRequest) {
      this.lateEvents++;
      return;
    }
    this.eventCount++;
    const atNs = this.deps.clock.stampNs();
    const seq = this.deps.capture.depth(atNs, operation, side, position, price, size);
    this.deps.sink.depth(atNs, seq, operation, side, position, price, size);
  };

  private readonly onTrade = (id: number, _type: number, _time: string, price: number, size: number): void => {
    if (id !== this.tradesRequest) {
      this.lateEvents++;
      return;
    }
    this.eventCount++;
    const atNs = this.deps.clock.stampNs();
    const seq = this.deps.capture.trade(atNs, price, size);
    this.deps.sink.trade(atNs, seq, price, size);
  };

  private onError(text: string, code: number, id: number): void {
    if (id !== this.depthRequest && id !== this.tradesRequest) return;
    switch (meaningOfDataError(code)) {
      case 'depth-reset':
        this.breakBook('reset', `${code}: ${text}`);
        return;
      case 'resubscribe':
        if (this.session) this.subscribe(this.session);
        return;
      case 'no-entitlement':
      case 'no-depth':
      case 'configuration':
      case 'limit':
        this.deps.onFault(`the gateway refuses market data (${code}): ${text}`);
        return;
      case 'ignored':
        return;
    }
  }

  private breakBook(kind: 'reset' | 'gap', reason: string): void {
    const atNs = this.deps.clock.stampNs();
    const seq = this.deps.capture.mark(kind, reason, atNs);
    this.deps.sink.broken(kind, atNs, seq);
  }
}
