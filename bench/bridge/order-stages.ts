import { DepthTap } from '../../bridge/connection/depth-tap.js';
import { GatewaySession } from '../../bridge/connection/session.js';
import { OrderDesk } from '../../bridge/orders/order-desk.js';
import { Trading } from '../../bridge/trading.js';
import { DecisionPipeline } from '../../shared/model/decision/decision-pipeline.js';

/** Where an order was on its way through the bridge, on the clock of `process.hrtime`, ns. */
export interface OrderStages {
  readonly orderRef: string;
  /** The bytes of the event were handed over by Node. */
  readonly arrivedNs: bigint;
  /** Decoded, let through the door and captured. */
  readonly eventNs: bigint;
  /** Features read, heads run, target named. */
  readonly decidedNs: bigint;
  /** Let through by every risk rule. */
  readonly allowedNs: bigint;
  /** Its bytes are with the kernel. */
  readonly sentNs: bigint;
}

const now = process.hrtime.bigint;

/** Stamps the bridge of this process from outside, once: its own code knows nothing of it. */
export function stampOrders(): OrderStages[] {
  const stages: OrderStages[] = [];
  let [arrivedNs, eventNs, decidedNs, sentNs] = [0n, 0n, 0n, 0n];
  before(DepthTap.prototype, 'push', () => {
    arrivedNs = now();
  });
  before(DecisionPipeline.prototype, 'onEvent', () => {
    eventNs = now();
  });
  before(Trading.prototype, 'onDecision', () => {
    decidedNs = now();
  });
  const { sendNow } = GatewaySession.prototype;
  GatewaySession.prototype.sendNow = function (this: GatewaySession, lane, bytes) {
    const isSent = sendNow.call(this, lane, bytes);
    sentNs = now();
    return isSent;
  };
  const { place } = OrderDesk.prototype;
  OrderDesk.prototype.place = function (this: OrderDesk, ask) {
    const allowedNs = now();
    sentNs = 0n;
    const orderRef = place.call(this, ask);
    if (sentNs === 0n) sentNs = now();
    if (orderRef !== null) stages.push({ orderRef, arrivedNs, eventNs, decidedNs, allowedNs, sentNs });
    return orderRef;
  };
  return stages;
}

function before<K extends string>(of: Record<K, (...args: never[]) => unknown>, name: K, stamp: () => void): void {
  const method = of[name] as (this: unknown, ...args: unknown[]) => unknown;
  of[name] = function (this: unknown, ...args: unknown[]) {
    stamp();
    return method.apply(this, args);
  } as (typeof of)[K];
}
