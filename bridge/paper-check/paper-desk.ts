import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Contract, OrderAction, OrderType, TimeInForce } from '@stoqey/ib';
import type { Config } from '../../shared/config/config.js';
import { CLIENT_ID } from '../../shared/config/services.js';
import type { OrderSide } from '../../shared/contract/order-journal.js';
import { Failure } from '../../shared/failure.js';
import type { MarketClock } from '../../shared/market/clock/market-clock.js';
import { askOpenOrders, askPositions, type OpenOrderReport } from '../connection/collect.js';
import { isRestartExpected } from '../connection/restart-windows.js';
import type { GatewaySession } from '../connection/session.js';
import { MarketHours } from '../market-hours.js';
import { gatewayPosition } from '../orders/gateway-findings.js';
import { saysOver } from '../orders/order-state.js';
import type { RiskContext } from '../risk/rule.js';
import { OrderStory } from './order-story.js';
import { checkPaperOrder, OUT_OF_REACH_FRACTION, type PaperAsk } from './paper-limits.js';
import type { Patience } from './patience.js';
import type { Quotes } from './quotes.js';
import type { Witness } from './witness.js';

/** What is still there when everything should be gone; null where the gateway did not say. */
export interface Left {
  readonly positionContracts: number | null;
  /** In plain words. */
  readonly openOrders: readonly string[] | null;
}

export interface PaperDeskDeps {
  readonly session: GatewaySession;
  readonly witness: Witness;
  readonly quotes: Quotes;
  readonly contract: Contract;
  readonly config: Config;
  readonly clock: MarketClock;
  readonly patience: Patience;
}

interface Sent extends PaperAsk {
  readonly story: OrderStory;
  readonly atWallMs: number;
}

const RATE_WINDOW_MS = 60_000;
const LOOK_MS = 500;

/** Sends the orders of a rehearsal, one contract at most, and brings everything back to nothing. */
export class PaperDesk {
  private nextOrderId: number;
  private readonly sent: Sent[] = [];
  /** When everything was closed last: what was sent and heard before that counts no more. */
  private closed = { sent: 0, mark: 0 };
  private ownOpen: readonly OpenOrderReport[] = [];

  constructor(private readonly deps: PaperDeskDeps) {
    this.nextOrderId = deps.session.nextValidId;
  }

  /** An id that nobody has used. */
  get unusedOrderId(): number {
    return this.nextOrderId + 1_000_000;
  }

  /**
   * Checks an order and sends it; waits before where too many were sent in the last minute.
   * @param orderId of an order that was refused, to see whether its id is free
   * @throws Failure LimitRefused; Interrupted, ConnectionLost
   */
  async place(ask: PaperAsk, orderId = this.nextOrderId): Promise<OrderStory> {
    await this.waitForRate();
    const { session, witness, quotes, contract } = this.deps;
    const isOutOfReach = ask.limitPrice !== null && quotes.isBehind(ask.side, ask.limitPrice, OUT_OF_REACH_FRACTION);
    const refusal = checkPaperOrder(ask, this.context(ask.side), isOutOfReach);
    if (refusal) throw new Failure('LimitRefused', `not sent: ${refusal.reason}`);
    this.nextOrderId = Math.max(this.nextOrderId, orderId + 1);
    const story = new OrderStory(witness, orderId, witness.mark, performance.now());
    this.sent.push({ ...ask, story, atWallMs: Date.now() });
    session.send('order', (ib) => ib.placeOrder(orderId, contract, this.gatewayOrder(ask)));
    return story;
  }

  cancel(orderId: number): void {
    this.deps.session.send('cancel', (ib) => ib.cancelOrder(orderId));
  }

  /** One contract at the market, until its execution and its commission are told. @throws Failure as `place`, NotSeen */
  async trade(side: OrderSide): Promise<OrderStory> {
    const { witness, patience } = this.deps;
    // The account may be behind the executions: until both say the same, the worst of them counts.
    await witness.until(() => this.toldContracts === this.executedContracts, patience.answerMs);
    const closes = side === 'BUY' ? this.executedContracts < 0 : this.executedContracts > 0;
    const story = await this.place({ side, contracts: 1, limitPrice: null, tif: 'DAY', closes });
    const isDone = () => story.isSettled && story.commission !== undefined;
    await witness.until(isDone, patience.answerMs);
    if (!story.isSettled) throw new Failure('NotSeen', `the market order did not fill: ${story.ending}`);
    return story;
  }

  /**
   * Cancels every order of ours and closes the position, asking the gateway until it shows neither, twice. Goes on after
   * Ctrl-C. @returns what is left when the time is over
   */
  async closeEverything(withinMs: number, looks: number): Promise<Left> {
    const deadlineMs = performance.now() + withinMs;
    const announced = new Map<number, number>();
    let left: Left = { positionContracts: null, openOrders: null };
    for (let clean = 0; clean < looks; ) {
      left = await this.look();
      clean = isNothing(left) ? clean + 1 : 0;
      if (performance.now() > deadlineMs || !this.deps.session.open) break;
      if (clean === 0) this.closeOnce(left, announced);
      if (clean < looks) await sleep(clean === 0 ? LOOK_MS : this.deps.patience.settleMs);
    }
    if (isNothing(left)) this.closed = { sent: this.sent.length, mark: this.deps.witness.mark };
    return left;
  }

  /** Asks for orders and position. */
  private async look(): Promise<Left> {
    const { session, config, patience } = this.deps;
    const own = { account: config.gateway.account, localSymbol: config.instrument.localSymbol };
    try {
      const open = (await askOpenOrders(session, patience.answerMs)).filter(({ state }) => !saysOver(state.status));
      this.ownOpen = open.filter(({ order }) => order.clientId === CLIENT_ID);
      const positionContracts = gatewayPosition(await askPositions(session, patience.answerMs), own);
      return { positionContracts, openOrders: open.map(describeOrder) };
    } catch {
      return { positionContracts: null, openOrders: null };
    }
  }

  /** One try: cancels first; the position only when nothing of ours can change it meanwhile. Each is asked for again after a while. */
  private closeOnce({ positionContracts }: Left, announced: Map<number, number>): void {
    const isDue = (key: number) => performance.now() - (announced.get(key) ?? Number.NEGATIVE_INFINITY) > 5 * LOOK_MS;
    for (const { orderId } of this.ownOpen.filter((one) => isDue(one.orderId))) {
      announced.set(orderId, performance.now());
      this.cancel(orderId);
    }
    if (this.ownOpen.length > 0 || !positionContracts || !isDue(CLOSING)) return;
    announced.set(CLOSING, performance.now());
    const ask = { contracts: Math.abs(positionContracts), limitPrice: null, tif: 'DAY', closes: true } as const;
    this.sendClosing({ ...ask, side: positionContracts > 0 ? 'SELL' : 'BUY' });
  }

  private sendClosing(ask: PaperAsk): void {
    const orderId = this.nextOrderId++;
    const story = new OrderStory(this.deps.witness, orderId, this.deps.witness.mark, performance.now());
    this.sent.push({ ...ask, story, atWallMs: Date.now() });
    this.deps.session.send('order', (ib) => ib.placeOrder(orderId, this.deps.contract, this.gatewayOrder(ask)));
  }

  private async waitForRate(): Promise<void> {
    const { maxOrdersPerMinute } = this.deps.config.risk;
    const oldest = this.sent.at(-maxOrdersPerMinute);
    const waitMs = oldest === undefined ? 0 : oldest.atWallMs + RATE_WINDOW_MS - Date.now();
    if (waitMs > 0) await this.deps.witness.pause(waitMs + 1);
  }

  /** Of the account, as it told last. */
  private get toldContracts(): number {
    const { localSymbol } = this.deps.config.instrument;
    const told = this.deps.witness.of('position', this.closed.mark);
    return told.findLast((message) => message.localSymbol === localSymbol)?.contracts ?? 0;
  }

  private get executedContracts(): number {
    return this.recent.reduce((sum, { story }) => sum + story.executedContracts, 0);
  }

  private get recent(): readonly Sent[] {
    return this.sent.slice(this.closed.sent);
  }

  private context(side: OrderSide): RiskContext {
    const { config, clock } = this.deps;
    const hours = MarketHours.of(config);
    const nowMarketMs = clock.nowMs();
    const live = this.recent.filter(({ story }) => !story.isSettled && !story.isUnknownThere);
    const contractsOf = (wanted: OrderSide) =>
      live.filter((one) => one.side === wanted).reduce((sum, { contracts }) => sum + contracts, 0);
    const worst = side === 'BUY' ? Math.max : Math.min;
    const unknown = { depthAgeMs: Number.NaN, bid: Number.NaN, ask: Number.NaN, pnlTodayUsd: Number.NaN };
    return {
      ...{ ...unknown, limits: config.risk, tickSize: config.instrument.tickSize, haltReason: null },
      ...{ positionContracts: worst(this.toldContracts, this.executedContracts), isPositionExplained: true },
      ...{ openBuyContracts: contractsOf('BUY'), openSellContracts: contractsOf('SELL'), openOrders: live.length },
      ...{ ordersSentWallMs: this.sent.map(({ atWallMs }) => atWallMs), nowWallMs: Date.now() },
      ...{ nowMarketMs, sessionPhase: hours.phase(nowMarketMs) },
      ...{ rthCloseMs: hours.rthCloseMs(nowMarketMs), lastOpenMs: hours.lastOpenMs, rollMs: hours.rollMs },
      inRestartWindow: isRestartExpected(config, Date.now()),
    };
  }

  private gatewayOrder({ side, contracts, limitPrice, tif }: PaperAsk) {
    return {
      action: side === 'BUY' ? OrderAction.BUY : OrderAction.SELL,
      totalQuantity: contracts,
      orderType: limitPrice === null ? OrderType.MKT : OrderType.LMT,
      ...(limitPrice === null ? {} : { lmtPrice: limitPrice }),
      ...{ tif: TimeInForce[tif], account: this.deps.config.gateway.account, orderRef: randomUUID() },
      ...{ outsideRth: true, transmit: true },
    };
  }
}

/** No order has this id: the position. */
const CLOSING = -1;

export function isNothing({ positionContracts, openOrders }: Left): boolean {
  return positionContracts === 0 && openOrders?.length === 0;
}

function describeOrder({ orderId, order, contract, state }: OpenOrderReport): string {
  const price = order.orderType === OrderType.LMT ? ` at ${order.lmtPrice}` : '';
  const whose = order.clientId === CLIENT_ID ? `order ${orderId}` : `client ${order.clientId}`;
  return `${order.action} ${order.totalQuantity} ${contract.localSymbol}${price}, ${state.status} (${whose}, permId ${order.permId})`;
}
