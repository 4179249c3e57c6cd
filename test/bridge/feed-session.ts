import { EventEmitter } from 'node:events';
import { EventName } from '@stoqey/ib';
import type { DepthListener } from '../../bridge/connection/depth-tap.js';
import type { GatewaySession } from '../../bridge/connection/session.js';

/** The side of a connection that a feed sees: it asks, and hears what the test says. Asks are counted, and go nowhere. */
export class FeedSession {
  readonly open = true;
  readonly ib = new EventEmitter();
  private nextId = 1_500_000_000;
  private onDepth: DepthListener = () => {};

  /** Ids are given in the order of subscription: trades, then depth. */
  get depthId(): number {
    return this.nextId - 1;
  }

  get tradesId(): number {
    return this.nextId - 2;
  }

  requestId(): number {
    return this.nextId++;
  }

  send(): boolean {
    return true;
  }

  listenToDepth(listener: DepthListener): void {
    this.onDepth = listener;
  }

  readonly depth: DepthListener = (...message) => this.onDepth(...message);

  /** As the library tells it: undefined where the gateway left a number unset. */
  trade(requestId: number, price: number | undefined, size: number | undefined): void {
    this.ib.emit(EventName.tickByTickAllLast, requestId, 2, '1567098590', price, size);
  }

  error(requestId: number, code: number, text = 'said by the test'): void {
    this.ib.emit(EventName.error, new Error(text), code, requestId);
  }

  get asSession(): GatewaySession {
    return this as unknown as GatewaySession;
  }
}
