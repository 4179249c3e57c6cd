import type { Logger } from 'pino';
import type { Config } from '../shared/config/config.js';
import type { TradingControl } from '../shared/contract/trading-control.js';
import type { Failure } from '../shared/failure.js';
import type { MarketClock } from '../shared/market/clock/market-clock.js';
import { alarmOfFailure } from './alarms/alarm-of-failure.js';
import type { Alarms } from './alarms/alarms.js';
import { askOpenOrders } from './connection/collect.js';
import type { ConnectionKeeper } from './connection/keep-connected.js';
import { isRestartExpected } from './connection/restart-windows.js';
import type { ContractGuard } from './contract-guard.js';
import type { ControlFiles } from './control/control-files.js';
import type { LiveLimits } from './control/live-limits.js';
import type { OperatorRequests } from './control/operator-requests.js';
import type { SilenceWatch } from './feed/silence-watch.js';
import { type Halts, isSticky } from './halt/halts.js';
import type { MarketHours } from './market-hours.js';
import type { AccountPosition } from './orders/account-position.js';
import type { JournalQueue } from './orders/journal-queue.js';
import { isLive } from './orders/order-state.js';
import { StuckOrders } from './orders/stuck-orders.js';
import { UncancelledOrders } from './orders/uncancelled-orders.js';
import type { OverlapCapture } from './roll/overlap-capture.js';
import type { Rolling } from './roll/rolling.js';
import type { Trading } from './trading.js';
import type { Tuning } from './tuning.js';

export interface SupervisorDeps {
  readonly config: Config;
  readonly clock: MarketClock;
  readonly log: Logger;
  readonly tuning: Tuning;
  readonly halts: Halts;
  readonly alarms: Alarms;
  readonly trading: Trading;
  readonly journal: JournalQueue;
  readonly keeper: ConnectionKeeper;
  readonly control: ControlFiles;
  readonly requests: OperatorRequests;
  readonly limits: LiveLimits;
  readonly position: AccountPosition;
  readonly silence: SilenceWatch;
  readonly hours: MarketHours;
  readonly guard: ContractGuard;
  /** Null where one contract is traded alone. */
  readonly rolling: Rolling | null;
  readonly overlap: OverlapCapture | null;
}

const TICK_MS = 250;
const ASKED_ANEW = 'the gateway is asked for its truth anew';

/** What has to be looked at again and again: operators' requests, the passing of time, a gateway that stays away. */
export class Supervisor {
  private timer: NodeJS.Timeout | undefined;
  private downSinceMs: number | null = null;
  private escalations = 0;
  private positionAskedMs = 0;
  private readonly doubts: { reason: string; orderRef: string | null; sinceMs: number }[] = [];
  private readonly stuck: StuckOrders;
  private readonly uncancelled: UncancelledOrders;
  private takeoverAsked: TradingControl | null = null;

  constructor(private readonly deps: SupervisorDeps) {
    this.stuck = new StuckOrders(deps.tuning.stuckOrderMs);
    this.uncancelled = new UncancelledOrders(3 * deps.tuning.stuckOrderMs);
  }

  start(): void {
    this.timer = setInterval(() => this.tick(), TICK_MS);
    this.tick();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** What the gateway said does not fit; unless the order it is about comes to an end soon, all is reconciled. */
  doubt(reason: string, orderRef: string | null): void {
    this.doubts.push({ reason, orderRef, sinceMs: performance.now() });
  }

  /** What cannot wait, because nothing may be opened before it is known: all is reconciled at once. */
  askAnew(reason: string): void {
    const { keeper, log } = this.deps;
    if (!keeper.readySession) {
      this.doubt(reason, null);
      return;
    }
    log.warn({ doubts: [reason] }, ASKED_ANEW);
    keeper.reconcile();
  }

  /** An operator has asked for the account's position to be taken over; answered once. */
  takeover(): TradingControl | null {
    const asked = this.takeoverAsked;
    this.takeoverAsked = null;
    return asked;
  }

  /** Nothing is held any more. The request goes first: a kill in between only lets it be confirmed once more. */
  onFlat(): void {
    const { trading, control } = this.deps;
    if (trading.isClosingFor('flatten')) control.answerFlatten();
    trading.onFlat();
  }

  failedAttempt({ type, message, fix }: Failure): void {
    const alarm = alarmOfFailure(type);
    this.deps.log.warn({ failure: type, fix }, message);
    if (alarm) this.deps.alarms.raise(alarm, message);
  }

  private tick(): void {
    const { trading, journal, clock, control } = this.deps;
    this.obey(control);
    this.deps.limits.keepFirst();
    trading.tick();
    journal.startTradeDate(this.deps.hours.tradeDateOf(clock.nowMs()), trading.mid);
    this.settleDoubts();
    this.tellUncancelled();
    this.checkPosition();
    this.deps.silence.look(performance.now());
    this.escalate();
    this.deps.guard.tick();
    this.deps.rolling?.tick();
    this.deps.overlap?.look();
    this.deps.alarms.tick();
    trading.prepare();
  }

  private obey(control: ControlFiles): void {
    const { halts, trading, requests } = this.deps;
    const { halt, flatten, resume, limits, roll } = control.look();
    if (limits !== null) requests.widenLimits(limits);
    if (roll !== null) requests.roll(roll, this.deps.rolling);
    const granted = resume === null ? null : requests.resume(resume);
    if (granted !== null) {
      this.resume(granted);
      return;
    }
    // Stays once it was seen: whoever removes the file resumes nothing.
    if (halt?.isThrown) halts.raise('kill-switch', halt.reason);
    if (halt && !halt.isThrown) halts.raise('control', halt.reason);
    else halts.lift('control');
    if (flatten !== null && !trading.isClosingFor('flatten'))
      halts.renew('flatten', `${flatten.reason} (${flatten.by})`);
  }

  /** Lifts what an operator may lift. What would be raised again at once stays, so that nobody is told otherwise. */
  private resume(request: TradingControl): void {
    const { halts, trading, keeper, log } = this.deps;
    for (const code of halts.codes) {
      const isKept = code === 'position-mismatch' || (code === 'daily-loss' && trading.isLossExceeded);
      if (isSticky(code) && !isKept) halts.lift(code);
      else if (isKept) log.warn({ halt: code }, 'not lifted by this resume: its cause is still there');
    }
    trading.forgetRefusals();
    if (request.takePosition) this.takeoverAsked = request;
    log.warn({ by: request.by }, `resumed: ${request.reason}`);
    keeper.reconcile();
  }

  private settleDoubts(): void {
    const { journal, keeper, log, tuning } = this.deps;
    const nowMs = performance.now();
    for (const order of this.stuck.look(journal.ledger.live(), nowMs))
      this.doubts.push({ reason: `order ${order.orderRef} stays ${order.state}`, orderRef: null, sinceMs: 0 });
    const due = this.doubts.filter(({ sinceMs }) => nowMs - sinceMs >= tuning.doubtMs);
    if (due.length === 0 || !keeper.readySession) return;
    this.doubts.splice(0, this.doubts.length, ...this.doubts.filter((doubt) => !due.includes(doubt)));
    const open = due.filter(({ orderRef }) => {
      const order = orderRef === null ? undefined : journal.ledger.order(orderRef);
      return order === undefined || isLive(order.state);
    });
    if (open.length === 0) return;
    log.warn({ doubts: open.map(({ reason }) => reason) }, ASKED_ANEW);
    keeper.reconcile();
  }

  private tellUncancelled(): void {
    const { alarms, journal } = this.deps;
    const orders = this.uncancelled.look(journal.ledger.live(), performance.now());
    const tell = orders.map(({ orderId, side, contracts, warning }) => {
      return `order ${orderId} (${side ?? 'either side, at most'} ${contracts}) lives on though its cancellation was asked for: ${warning ?? 'no answer'}`;
    });
    if (tell.length > 0) alarms.raise('OrderNotCancelled', tell.join('; '));
    else alarms.clear('OrderNotCancelled');
  }

  private checkPosition(): void {
    const { keeper, position, tuning } = this.deps;
    const nowMs = performance.now();
    if (!keeper.readySession || nowMs - this.positionAskedMs < tuning.positionEveryMs) return;
    this.positionAskedMs = nowMs;
    void position.look(keeper.readySession);
    // The order desk hears the answer: an order that lives there and not here is noticed, though nothing was told of it.
    askOpenOrders(keeper.readySession, tuning.answerMs).catch(() => {});
  }

  /** A gateway that is away is normal in its restart windows; else it is an alarm, and again each time twice as late. */
  private escalate(): void {
    const { config, keeper, alarms, log } = this.deps;
    if (keeper.readySession || isRestartExpected(config, Date.now())) {
      this.downSinceMs = null;
      this.escalations = 0;
      return;
    }
    this.downSinceMs ??= performance.now();
    const downMs = performance.now() - this.downSinceMs;
    if (downMs < config.bridge.downSecondsMax * 1000 * 2 ** this.escalations) return;
    this.escalations++;
    const downSeconds = Math.round(downMs / 1000);
    log.fatal({ downSeconds }, 'the gateway stays away');
    alarms.raise('GatewayDown', `no reconciled connection for ${downSeconds} s, outside the restart windows`);
  }
}
