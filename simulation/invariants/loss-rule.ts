import { isExchangeOpen } from '../../bridge/closing/close-reason.js';
import { sessionPhase, tradeDateOf } from '../../shared/market/calendar/cme-calendar.js';
import type { Execution } from '../../simulator/orders/order.js';
import type { Day } from '../day/day.js';
import { isBeingClosed } from './closing-order.js';
import { Standstill } from './standstill.js';
import type { Report } from './violation.js';

/** The account's loss is looked at this often, ms. */
const LOOK_EVERY_MS = 250;
/** Beyond the limit by this share, and by this many ticks of the largest position: then it is beyond it by any measure. */
const MARGIN_SHARE = 0.2;
const MARGIN_TICKS = 3;
/** A reconciled bridge, with nothing in its way, has closed a part by then. */
const CLOSED_WITHIN_MS = 8000;
/** ...and has written down by then that it closes. */
const ON_RECORD_WITHIN_MS = 3000;
/** The status is written once a second, by the price of that moment. */
const LATELY_MS = 3000;
/** A bridge that has heard nothing of its book for so long need not know what it has lost. */
const BLIND_MS = 1000;

/** A bridge looks at its loss four times a second. */
const SEEN_WITHIN_MS = 1500;

/** A day's loss beyond the limit closes the position, whatever happened to the bridge meanwhile. */
export class LossRule {
  private lookedMs = Number.NEGATIVE_INFINITY;
  private tradeDate = '';
  private startPosition = 0;
  private startPrice = Number.NaN;
  private turns = 0;
  /** On the first trade date nothing was held, or the bridge has said at which price it counts: later dates begin apart. */
  private isMarkKnown = false;
  private executionsBefore = 0;
  private beyondSinceMs: number | null = null;
  private readonly beyond = new Standstill();
  private readonly onRecord = new Standstill();
  private profits: { readonly atMs: number; readonly usd: number }[] = [];

  constructor(
    private readonly day: Day,
    private readonly report: Report,
  ) {}

  /** For longer than the bridge may take to see it. */
  get isBeyond(): boolean {
    return this.beyondSinceMs !== null && this.day.world.nowMs - this.beyondSinceMs > SEEN_WITHIN_MS;
  }

  /** On a first start a position that is held is valued from the first price that the bridge has seen. */
  takeMark(price: number): void {
    this.startPrice = price;
    this.isMarkKnown = this.turns === 1;
  }

  look(): void {
    const { world } = this.day;
    if (world.nowMs - this.lookedMs < LOOK_EVERY_MS) return;
    this.lookedMs = world.nowMs;
    const { truth, trueClock, setting, localSymbol } = this.day;
    const price = this.price();
    const date = tradeDateOf(trueClock.nowMs());
    if (date !== this.tradeDate) this.begin(date, price);
    const position = truth.position(localSymbol);
    this.judgeRecord(position, date);
    const lossUsd = -this.pnlUsd(price);
    const { maxDailyLossUsd = 0 } = setting.risk;
    this.judgeProfit(-lossUsd, date);
    if (!(lossUsd > maxDailyLossUsd * (1 + MARGIN_SHARE) + this.marginUsd) || !this.isUndisturbed(date)) {
      this.beyondSinceMs = null;
      this.beyond.lastsMs(world.nowMs, null);
      return;
    }
    this.beyondSinceMs ??= world.nowMs;
    const heldMs = this.beyond.lastsMs(world.nowMs, position === 0 || isBeingClosed(this.day) ? null : position);
    const isOnRecord = this.day.journals.haltsOf(this.day.journalFolder).has('daily-loss');
    if (heldMs > (isOnRecord ? CLOSED_WITHIN_MS : ON_RECORD_WITHIN_MS))
      this.report(
        'daily-loss',
        `${position} contracts are held at a loss of ${lossUsd.toFixed(0)} USD today, the limit is ${maxDailyLossUsd}${isOnRecord ? '' : ', and no halt is on record'}`,
      );
  }

  /** What the bridge tells of the day's profit is the account's, by one of the prices of the last seconds. */
  private judgeProfit(profitUsd: number, date: string): void {
    const { day } = this;
    const { nowMs } = day.world;
    const told = day.needlessAlarm.isAccountToldWhole && this.isMarkKnown && this.isUndisturbed(date);
    if (!told) this.profits = [];
    else
      this.profits = [...this.profits, { atMs: nowMs, usd: profitUsd }].filter(({ atMs }) => nowMs - atMs <= LATELY_MS);
    const statusUsd = day.readyStatus()?.pnlTodayUsd;
    const [first] = this.profits;
    if (statusUsd == null || !first || nowMs - first.atMs < LATELY_MS - LOOK_EVERY_MS) return;
    const lately = this.profits.map(({ usd }) => usd);
    const [least, most] = [Math.min(...lately) - this.commissionsUsd, Math.max(...lately)];
    if (statusUsd < least - this.marginUsd || statusUsd > most + this.marginUsd)
      this.report(
        'wrong-profit',
        `the status says ${statusUsd.toFixed(0)} USD today, the account has made ${least.toFixed(0)} to ${most.toFixed(0)}`,
      );
  }

  private get marginUsd(): number {
    const { tickSize, multiplier } = this.day.product;
    return MARGIN_TICKS * tickSize * multiplier * this.day.setting.risk.maxPositionContracts!;
  }

  /** Of all days: more than today's. */
  private get commissionsUsd(): number {
    return [...this.day.truth.gateway.ledger.commissions.values()].reduce((sum, { amount }) => sum + amount, 0);
  }

  /** A halt that closes the position is on record: it is closed, also by a bridge that was started since. */
  private judgeRecord(position: number, date: string): void {
    const { day } = this;
    const halts = day.journals.haltsOf(day.journalFolder);
    const isToClose = position !== 0 && (halts.has('daily-loss') || halts.has('flatten'));
    const isOpen = isToClose && this.isUndisturbed(date) && !isBeingClosed(day);
    if (this.onRecord.lastsMs(day.world.nowMs, isOpen ? position : null) > CLOSED_WITHIN_MS)
      this.report('left-open', `${position} contracts are held, though ${[...halts].join(', ')} is on record`);
  }

  /** The bridge could see and act all the time, and the account is its own. */
  private isUndisturbed(date: string): boolean {
    const { day } = this;
    const { world, truth, clock } = day;
    const status = day.readyStatus();
    return (
      status !== null &&
      !('journal' in (status.halts ?? {})) &&
      !('account' in (status.halts ?? {})) &&
      status.marketData === 'depth' &&
      world.nowMs - day.marketWatch.depthHeardMs < BLIND_MS &&
      truth.otherHandsMs === Number.NEGATIVE_INFINITY &&
      day.contractIndex === 0 &&
      Math.abs(world.wallStepMs) < 1000 &&
      tradeDateOf(clock.nowMs()) === date &&
      [day.trueClock.nowMs(), clock.nowMs()].every((ms) => isExchangeOpen(sessionPhase(ms))) &&
      !day.isDiskFull &&
      truth.gateway.desk.ordained.rejections.length === 0 &&
      truth.gateway.desk.ordained.suspensions.length === 0
    );
  }

  private begin(date: string, price: number): void {
    this.tradeDate = date;
    this.startPrice = price;
    this.startPosition = this.day.truth.position(this.day.localSymbol);
    this.isMarkKnown = this.turns++ === 0 && this.startPosition === 0;
    this.executionsBefore = this.day.truth.executions().length;
  }

  private pnlUsd(price: number): number {
    const { truth, product, localSymbol } = this.day;
    let points = truth.position(localSymbol) * price - this.startPosition * this.startPrice;
    const { tickSize, multiplier } = product;
    const before = newest(truth.executions().slice(0, this.executionsBefore));
    const paidTicks = ({ side, shares, priceTicks }: Execution) => (side === 'BUY' ? shares : -shares) * priceTicks;
    for (const [root, execution] of newest(truth.executions().slice(this.executionsBefore))) {
      // A correction of an earlier day's report changes today what that day had paid.
      const corrected = before.get(root);
      points -= (paidTicks(execution) - (corrected ? paidTicks(corrected) : 0)) * tickSize;
    }
    return points * multiplier;
  }

  private price(): number {
    return (this.day.market.bidTicks + 0.5) * this.day.product.tickSize;
  }
}

/** A corrected report takes the place of the earlier one. */
function newest(executions: readonly Execution[]): Map<string, Execution> {
  const byRoot = new Map<string, Execution>();
  for (const execution of executions)
    byRoot.set(execution.execId.slice(0, execution.execId.lastIndexOf('.')), execution);
  return byRoot;
}
