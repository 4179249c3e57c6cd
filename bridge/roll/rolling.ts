import { type Contract, SecType } from '@stoqey/ib';
import type { Logger } from 'pino';
import type { Instrument } from '../../shared/config/market.js';
import type { RollStatus } from '../../shared/contract/bridge-status.js';
import type { RollRecord } from '../../shared/contract/roll-record.js';
import { Failure } from '../../shared/failure.js';
import type { MarketClock } from '../../shared/market/clock/market-clock.js';
import type { VolumeDecision } from '../../shared/market/roll/volume-rule.js';
import type { Alarms } from '../alarms/alarms.js';
import { askOpenOrders, askPositions } from '../connection/collect.js';
import type { GatewaySession } from '../connection/session.js';
import type { Halts } from '../halt/halts.js';
import type { MarketHours } from '../market-hours.js';
import type { AccountPosition } from '../orders/account-position.js';
import { isOwn } from '../orders/gateway-findings.js';
import type { JournalQueue } from '../orders/journal-queue.js';
import type { OwnContract } from '../orders/other-contracts.js';
import { askNextMonth, type ContractMonth } from './contract-months.js';
import { contractsBeside } from './overlap.js';
import type { RollLog } from './roll-log.js';
import { standsInTheWay } from './stands-in-the-way.js';
import type { VolumeWatch } from './volume-watch.js';

export interface RollingDeps {
  readonly own: OwnContract;
  /** With a rule. */
  readonly instrument: Instrument & { readonly roll: NonNullable<Instrument['roll']> };
  /** The contract in the settings. */
  readonly configured: string;
  readonly rollLog: RollLog;
  /** Null where the calendar decides alone. */
  readonly volume: Pick<VolumeWatch, 'decide'> | null;
  readonly clock: MarketClock;
  readonly hours: MarketHours;
  readonly halts: Halts;
  readonly alarms: Alarms;
  readonly journal: JournalQueue;
  readonly position: AccountPosition;
  readonly pnlToday: () => number;
  readonly log: Logger;
  /** The connection, once it is reconciled and while it is. */
  readonly session: () => GatewaySession | undefined;
  readonly answerMs: number;
  /** Between two questions to the gateway. */
  readonly everyMs: number;
  /** Another contract is traded from here on: this bridge has to end, and the next one to begin. */
  readonly onRolled: (record: RollRecord) => void;
}

/** Who wants the contract to be changed before the rule does. */
export interface RollWish {
  readonly by: string;
  readonly reason: string;
  readonly from: string;
  readonly to: string;
}

/**
 * From one contract to the next. The whole change is one line in `broker/roll.jsonl`, written outside regular hours and only
 * when the account, asked at that moment, holds nothing of the product and has no order in it. Nothing is awaited between the
 * last look and the line, so no order can come between; a bridge that is killed before the line goes on in the contract of
 * before, and one that is killed after it begins in the next.
 */
export class Rolling {
  private next: ContractMonth | null = null;
  private wish: RollWish | null = null;
  private isAsking = false;
  private isDone = false;
  private askedMs = Number.NEGATIVE_INFINITY;
  /** What the gateway said last that forbids the change. */
  private found: readonly string[] = [];

  constructor(private readonly deps: RollingDeps) {}

  /** On each connection. A gateway that does not answer is asked again when the answer is needed. */
  async learn(session: GatewaySession): Promise<void> {
    const { instrument, answerMs, log } = this.deps;
    try {
      this.next = await askNextMonth(session, instrument, answerMs);
    } catch (error) {
      log.warn({ err: error }, 'the gateway did not tell the next contract');
    }
  }

  /** Contracts to be captured beside ours, now. */
  get beside(): string[] {
    const { instrument, hours, clock, rollLog, configured } = this.deps;
    return contractsBeside({
      ...{ rule: instrument.roll, hours, next: this.next, marketMs: clock.nowMs() },
      cameBy: rollLog.inForce(configured),
    });
  }

  get status(): RollStatus {
    const { own, instrument, hours, rollLog, configured } = this.deps;
    const { rollDate, rollMs, lastOpenMs, lastTradeDate } = hours;
    const last = rollLog.inForce(configured);
    const { volume } = this;
    return {
      current: own.localSymbol,
      lastTradeDate,
      next: this.next?.localSymbol ?? null,
      nextLastTradeDate: this.next?.lastTradeDate ?? null,
      ...{ rule: instrument.roll.rule, calendarDaysBeforeExpiry: instrument.roll.calendarDaysBeforeExpiry },
      rollDate,
      fromMarketTime: Number.isFinite(rollMs) ? new Date(rollMs).toISOString() : null,
      idleFrom: lastOpenMs < rollMs ? new Date(lastOpenMs).toISOString() : null,
      isDue: this.isDue,
      volume: volume && { watchDate: hours.watchDate, decidedBy: volume.decidedBy, dates: [...volume.dates] },
      inTheWay: [...this.inTheWay(), ...this.found],
      capturedBeside: this.beside,
      last: last && { from: last.from, to: last.to, at: last.at, firstTradeDate: last.firstTradeDate, by: last.by },
    };
  }

  /** An operator wants it now. @throws Failure 'RollRefused': nothing waits for a better moment */
  request(wish: RollWish): void {
    this.requireReady(wish);
    this.wish = wish;
    this.askedMs = Number.NEGATIVE_INFINITY;
  }

  /** @throws Failure 'RollRefused' */
  requireReady({ from, to }: Pick<RollWish, 'from' | 'to'>): void {
    const { own } = this.deps;
    if (from !== own.localSymbol || to !== this.next?.localSymbol)
      throw refused(
        `it is for ${from} to ${to}, and the bridge would go from ${own.localSymbol} to ${this.next?.localSymbol ?? 'a contract that is not known yet'}`,
      );
    const why = this.inTheWay();
    if (why.length > 0) throw refused(why.join('; '));
  }

  /** To be called as time passes. */
  tick(): void {
    if (this.isDone) return;
    this.tellOverdue();
    if (!(this.isDue || this.wish)) return;
    const why = this.inTheWay(this.next === null);
    if (why.length === 0) void this.attempt();
    else this.refuse(why.join('; '));
  }

  /** Between two regular hours, as soon as volume has decided; by its date at the latest. */
  private get isDue(): boolean {
    return this.isDateReached || (this.volume?.decidedBy ?? null) !== null;
  }

  private get isDateReached(): boolean {
    return this.deps.clock.nowMs() >= this.deps.hours.rollMs;
  }

  private get volume(): VolumeDecision | null {
    const { volume, clock } = this.deps;
    return volume?.decide(this.next?.localSymbol ?? null, clock.nowMs()) ?? null;
  }

  private get reason(): string {
    const { deps, volume, next } = this;
    const date = volume?.dates.find(({ tradeDate }) => tradeDate === volume.decidedBy);
    if (this.isDateReached || !date) return ruleText(deps.instrument.roll.calendarDaysBeforeExpiry);
    return `volume: ${date.next} contracts of ${next?.localSymbol} on ${date.tradeDate}, ${date.present} of ${deps.own.localSymbol}`;
  }

  /** Regular hours have begun, and the contract of before is still the one that is traded. */
  private tellOverdue(): void {
    const { halts, alarms, journal, position, clock, hours, own } = this.deps;
    if (!this.isDateReached || hours.phase(clock.nowMs()) !== 'rth') {
      halts.lift('roll');
      if (!this.isDue) alarms.clear('RollOverdue');
      return;
    }
    const text = `${own.localSymbol} was to be rolled before these regular hours, and was not: nothing is opened in it; the change comes after their end, when flat`;
    alarms.raise('RollOverdue', text);
    // While something is held a decision may close it.
    const { ledger } = journal;
    if (ledger.positionContracts === 0 && position.contracts === 0 && ledger.live().length === 0)
      halts.raise('roll', text);
    else halts.lift('roll');
  }

  private inTheWay(isNextAsked = false): string[] {
    const { clock, hours, halts, journal, position, session, pnlToday } = this.deps;
    const nowMs = clock.nowMs();
    const { ledger } = journal;
    return standsInTheWay({
      isReady: session() !== undefined,
      isNextKnown: isNextAsked || this.next !== null,
      isLastTradeDateKnown: hours.lastTradeDate !== null && hours.rollDate !== null,
      phase: hours.phase(nowMs),
      isBeforeRegularHours: nowMs < hours.rthOpenMs(hours.tradeDateOf(nowMs)),
      pnlToday: pnlToday(),
      positionContracts: ledger.positionContracts,
      accountContracts: position.contracts,
      liveOrders: ledger.live().length,
      journalLinesWaiting: journal.linesWaiting,
      halts: halts.byCode,
    });
  }

  private async attempt(): Promise<void> {
    const { session, everyMs, log } = this.deps;
    const nowMs = performance.now();
    const connection = session();
    if (this.isAsking || connection === undefined || nowMs - this.askedMs < everyMs) return;
    this.isAsking = true;
    this.askedMs = nowMs;
    try {
      if (this.next === null) await this.learn(connection);
      this.found = await this.lookAtAccount(connection);
      // From here to the line on disk nothing is awaited.
      if (session() === connection) this.change();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      log.warn({ failure: error.type }, `the contract is not changed yet: ${error.message}`);
      this.refuse(error.message);
    } finally {
      this.isAsking = false;
    }
  }

  /** Orders and positions in the product, whoever they are of and in whichever month, in plain words. */
  private async lookAtAccount(session: GatewaySession): Promise<string[]> {
    const { own, answerMs, position } = this.deps;
    const orders = await askOpenOrders(session, answerMs);
    const positions = await askPositions(session, answerMs);
    await position.ask(session);
    const isProduct = ({ symbol, secType }: Contract) => symbol === own.symbol && secType === SecType.FUT;
    return [
      ...orders
        .filter(({ contract }) => isProduct(contract) || isOwn(contract, own))
        .map(
          ({ contract, order }) => `an order is open: ${order.action} ${order.totalQuantity} ${contract.localSymbol}`,
        ),
      ...positions
        .filter(({ account, contract, contracts }) => account === own.account && contracts !== 0 && isProduct(contract))
        .map(({ contract, contracts }) => `the account holds ${contracts} ${contract.localSymbol}`),
    ];
  }

  /** What an operator has asked for waits for no better moment. */
  private refuse(why: string): void {
    if (this.wish === null) return;
    this.wish = null;
    this.deps.alarms.note('ActRefused', `${this.deps.own.localSymbol} is not rolled: ${why}`);
  }

  private change(): void {
    const { own, configured, rollLog, clock, hours, halts, alarms, log, onRolled } = this.deps;
    const { next, wish } = this;
    // Refused while the account was asked.
    if (!this.isDue && wish === null) return;
    const marketMs = clock.nowMs();
    const firstTradeDate = hours.tradeDateAhead(marketMs);
    const why = [...this.inTheWay(), ...this.found];
    if (why.length > 0 || next === null || firstTradeDate === null) {
      const text = why.join('; ') || 'the calendar ends';
      log.warn(`${own.localSymbol} is not rolled: ${text}`);
      this.refuse(text);
      // Of a moment that has passed nothing is told once nobody asks any more.
      if (!this.isDue) this.found = [];
      return;
    }
    const record: RollRecord = {
      ...{ v: 1, kind: 'rolled', at: new Date().toISOString(), marketTime: new Date(marketMs).toISOString() },
      ...{ configured, from: own.localSymbol, to: next.localSymbol },
      ...{ fromLastTradeDate: hours.lastTradeDate!, toLastTradeDate: next.lastTradeDate, rollDate: hours.rollDate! },
      ...{
        firstTradeDate,
        by: wish?.by ?? 'rule',
        reason: wish?.reason ?? this.reason,
      },
    };
    halts.raise('roll', `from ${record.from} to ${record.to}`);
    try {
      rollLog.append(record);
    } catch (error) {
      halts.lift('roll');
      alarms.raise('RollOverdue', `the disk does not take the change of contract: ${(error as Error).message}`);
      return;
    }
    this.isDone = true;
    alarms.clear('RollOverdue');
    log.warn({ roll: record }, `the contract is rolled: ${record.from} to ${record.to}`);
    onRolled(record);
  }
}

function ruleText(days: number): string {
  return `${days} calendar days before the last trade date`;
}

function refused(why: string): Failure {
  return new Failure(
    'RollRefused',
    `the contract is not changed: ${why}`,
    'look at `believe roll status`, and ask again when nothing stands in the way',
  );
}
