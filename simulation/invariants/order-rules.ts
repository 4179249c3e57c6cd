import { CLIENT_ID } from '../../shared/config/services.js';
import { tradeDateOf } from '../../shared/market/calendar/cme-calendar.js';
import type { Order } from '../../simulator/orders/order.js';
import type { Day } from '../day/day.js';
import type { SentOrder } from './truth.js';
import type { Report } from './violation.js';

/** How long a change by other hands may stay unknown to a bridge that opens, beyond its own looks at the position. */
const UNKNOWN_MS = 3000;
/** ...and to one that closes: it asks before every closing order. */
const UNKNOWN_WHEN_CLOSING_MS = 1500;

/** An order that leaves so soon after the gateway's word had been decided before it. */
const TOLD_MS = 50;

/** What must hold for every order of ours at the moment at which the gateway takes it. */
export class OrderRules {
  private permIdSeen: number;
  private readonly refs = new Set<string>();

  constructor(
    private readonly day: Day,
    private readonly report: Report,
  ) {
    this.permIdSeen = day.truth.gateway.ledger.lastPermId;
  }

  look(): void {
    const { ledger } = this.day.truth.gateway;
    for (; this.permIdSeen < ledger.lastPermId; this.permIdSeen++) {
      const order = ledger.orders.get(this.permIdSeen + 1);
      if (order?.clientId === CLIENT_ID && !this.day.truth.strays.has(order.permId)) this.judge(order);
    }
  }

  private judge(order: Order): void {
    const { day, report } = this;
    const { truth, setting } = day;
    const { orderRef } = order.terms;
    if (this.refs.has(orderRef)) report('order-twice', `${describe(order)}: its reference was used before`);
    this.refs.add(orderRef);
    const sent = truth.sent.get(orderRef);
    if (!sent) return;
    const { localSymbol } = order.contract;
    const sign = order.side === 'BUY' ? 1 : -1;
    // What it has filled at once is in the position already.
    const before = sign * truth.position(localSymbol) - order.filled;
    const others = truth.openContracts(localSymbol, order.side, sent.sentMs, order);
    const worst = before + others + order.quantity;
    const onlyReduces = order.quantity + others <= -before;
    const { maxPositionContracts = 0, maxOrderSizeContracts = 0 } = setting.risk;
    const held = `${describe(order)} with position ${sign * before} and ${others} more open on its side`;
    if (order.quantity > maxOrderSizeContracts) report('order-size', `${held}: the limit is ${maxOrderSizeContracts}`);
    if (sent.isClosing) {
      // It goes by the account's own word; where that word was false nobody can know.
      if (!onlyReduces && truth.isLastWordTrue && !this.isNews(sent, UNKNOWN_WHEN_CLOSING_MS))
        report('closing-crosses-zero', held);
      return;
    }
    if (onlyReduces || this.isNews(sent, UNKNOWN_MS + 2 * setting.positionEveryMs)) return;
    if (worst > maxPositionContracts)
      report('exposure', `${held}: ${worst} are possible, the limit is ${maxPositionContracts}`);
    this.judgeOpening(order, sent, held);
  }

  private judgeOpening(order: Order, sent: SentOrder, held: string): void {
    const { day, report } = this;
    for (const { invariant, what } of sent.objections) report(invariant, what);
    const { firstNoticeDate } = day.setting;
    const date = [day.trueClock.nowMs(), day.clock.nowMs()].map(tradeDateOf).sort()[0]!;
    if (firstNoticeDate !== null && dayBefore(firstNoticeDate) <= date)
      report('expiring-contract', `${held} on ${date}, first notice is on ${firstNoticeDate}`);
    const isKnown = (other: Order) => !day.truth.isGoneForTheBridge(other, sent.sentMs);
    const live = day.truth.liveOrders().filter((other) => other !== order && isKnown(other));
    const { maxOpenOrders = 0 } = day.setting.risk;
    if (live.length + 1 > maxOpenOrders)
      report('open-orders', `${held}: ${live.length} others work, the limit is ${maxOpenOrders}`);
    this.judgeContract(order, sent, held);
  }

  /** One contract of the product at a time: what is held or works of another forbids to open. */
  private judgeContract({ contract }: Order, { localSymbol }: SentOrder, held: string): void {
    const { truth } = this.day;
    if (contract.localSymbol !== localSymbol) this.report('other-contract', `${held}: ${localSymbol} is traded`);
    for (const position of truth.positions())
      if (position.quantity !== 0 && position.contract.conId !== contract.conId)
        this.report('other-contract', `${held}, and ${position.quantity} ${position.contract.localSymbol} are held`);
    const elsewhere = truth.liveOrders().find((live) => live.contract.conId !== contract.conId);
    if (elsewhere) this.report('other-contract', `${held}, and ${describe(elsewhere)} works`);
  }

  /** Whether other hands changed the position so late that the bridge need not have known. */
  private isNews({ sentMs }: SentOrder, knownAfterMs: number): boolean {
    const { otherHandsMs, toldMs } = this.day.truth;
    const isTold = toldMs > otherHandsMs && sentMs - toldMs > TOLD_MS;
    return otherHandsMs > sentMs - knownAfterMs && !isTold;
  }
}

export function describe({ side, quantity, terms, limitTicks, contract, orderId }: Order): string {
  const price = terms.type === 'MKT' ? 'market' : String((limitTicks ?? Number.NaN) * contract.tickSize);
  return `${side} ${quantity} ${contract.localSymbol} ${price} (${orderId})`;
}

/** The dates that are played follow one another, from Tuesday on. */
function dayBefore(date: string): string {
  return new Date(Date.parse(date) - 86_400_000).toISOString().slice(0, 10);
}
