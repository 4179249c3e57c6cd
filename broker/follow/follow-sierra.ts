import { setTimeout as pause } from 'node:timers/promises';
import type { FollowStatus } from '../../shared/contract/follow-status.js';
import type { TradeDateHours } from '../../shared/market/clock/trade-date-hours.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { withFollowLock } from './follow-lock.js';
import { type FollowOptions, type Look, SymbolFollower } from './symbol-follower.js';

export interface FollowLoop {
  readonly options: FollowOptions;
  readonly hours: Pick<TradeDateHours, 'tradeDateNow' | 'tradeDateBefore'>;
  readonly statusFile: string;
  readonly lookMs: number;
  /** How long after the end of a trade date its last records may still come, wall ms. */
  readonly settleMs: number;
  readonly log: (line: string) => void;
}

export interface FollowedContract {
  /** As the exchange writes it; names data files. */
  readonly localSymbol: string;
  /** As Sierra Chart names it. */
  readonly symbol: string;
}

/** Which contracts are followed, and how. */
export interface FollowPlan {
  /** Asked again and again: around a roll there are two. */
  contracts(): readonly FollowedContract[];
  loopOf(contract: FollowedContract): FollowLoop;
  readonly log: (line: string) => void;
}

const CONTRACTS_EVERY_MS = 500;
const STATUS_EVERY_MS = 1000;
const RETRY_MS = 2000;

/**
 * Follows until it is asked to stop, each contract by itself. Whatever goes wrong with files or disk is said, and tried again
 * from what was saved last: nothing is lost by it, and nothing taken twice. @throws Failure FollowBusy
 * @param folder that of all of them
 */
export async function followSierra(folder: string, plan: FollowPlan, signal: AbortSignal): Promise<void> {
  await withFollowLock(folder, () => new FollowedContracts(plan, signal).run());
}

class FollowedContracts {
  private readonly running = new Map<string, { readonly following: Following; readonly end: Promise<void> }>();
  private problem = '';

  constructor(
    private readonly plan: FollowPlan,
    private readonly signal: AbortSignal,
  ) {}

  async run(): Promise<void> {
    const { signal } = this;
    while (!signal.aborted) {
      this.look();
      const ends = [...this.running.values()].map(({ end }) => end);
      await Promise.race([pause(CONTRACTS_EVERY_MS, undefined, { signal }).catch(() => {}), ...ends]);
    }
    await Promise.all([...this.running.values()].map(({ end }) => end));
  }

  private look(): void {
    const { plan, running } = this;
    try {
      const wanted = plan.contracts();
      for (const contract of wanted) if (!running.has(contract.localSymbol)) this.begin(contract);
      for (const [name, { following }] of running)
        following.isWanted = wanted.some(({ localSymbol }) => localSymbol === name);
      this.problem = '';
    } catch (error) {
      const message = (error as Error).message;
      if (message !== this.problem) plan.log(`cannot tell which contracts to follow, and tries again: ${message}`);
      this.problem = message;
    }
  }

  private begin(contract: FollowedContract): void {
    const { plan, running, signal } = this;
    const { symbol, localSymbol } = contract;
    const loop = plan.loopOf(contract);
    const following = new Following(loop);
    plan.log(`follows ${symbol} in ${loop.options.dataFolder}`);
    const end = following.run(signal).then(() => {
      running.delete(localSymbol);
      if (!signal.aborted) plan.log(`follows ${symbol} no longer: nothing of it will come any more`);
    });
    running.set(localSymbol, { following, end });
  }
}

const NEVER = '9999-12-31';

class Following {
  /** While not, it ends with the trade date that has ended. */
  isWanted = true;
  private follower: SymbolFollower | null = null;
  private toldAtMs = Number.NEGATIVE_INFINITY;
  private over: { readonly tradeDate: string; readonly sinceMs: number } | null = null;
  private status: FollowStatus;

  constructor(private readonly loop: FollowLoop) {
    const { symbol, header, dataFolder } = loop.options;
    this.status = {
      ...{ v: 1, at: nowText(), pid: process.pid, symbol, instrument: header.instrument, dataFolder },
      ...{ trades: 0, changes: 0, faults: 0, lastEventAt: null, lastEventTime: null, closedThrough: null },
      ...{ missing: [], problem: null },
    };
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const isWell = await this.lookOnce(signal);
      this.tell(!isWell);
      if (this.isDone()) break;
      await pause(isWell ? this.loop.lookMs : RETRY_MS, undefined, { signal }).catch(() => {});
    }
    this.follower?.abandon();
    this.tell(true);
  }

  private async lookOnce(signal: AbortSignal): Promise<boolean> {
    const { loop } = this;
    try {
      this.follower ??= new SymbolFollower(loop.options, Date.now);
      const look = await this.follower.look(() => this.turn(signal));
      this.count(look);
      this.closeDates(look);
      if (this.status.problem !== null) loop.log('following again');
      this.status = { ...this.status, problem: null };
      return true;
    } catch (error) {
      if (signal.aborted) return true;
      this.follower?.abandon();
      this.follower = null;
      const message = error instanceof Error ? error.message : String(error);
      if (this.status.problem !== message) loop.log(`cannot follow, and tries again: ${message}`);
      this.status = { ...this.status, problem: message };
      return false;
    }
  }

  /** Another contract is traded, and of the last date of this one nothing will come any more. */
  private isDone(): boolean {
    const { hours } = this.loop;
    if (this.isWanted || this.status.closedThrough !== hours.tradeDateBefore(hours.tradeDateNow())) return false;
    this.follower?.closeDate(NEVER);
    return true;
  }

  private async turn(signal: AbortSignal): Promise<void> {
    this.tell(false);
    await new Promise<void>((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
  }

  private count({ trades, changes, faults, lastUs, missing }: Look): void {
    const { status } = this;
    const isNew = trades + changes > 0;
    this.status = {
      ...status,
      ...{ trades: status.trades + trades, changes: status.changes + changes, faults: status.faults + faults },
      ...{ missing: [...missing], lastEventAt: isNew ? nowText() : status.lastEventAt },
      lastEventTime: lastUs === 0 ? null : new Date(lastUs / 1000).toISOString(),
    };
  }

  /** A trade date is closed when its last records have had time to come, and all that is there was followed. */
  private closeDates({ isPast }: Look): void {
    const { hours, settleMs } = this.loop;
    const tradeDate = hours.tradeDateBefore(hours.tradeDateNow());
    if (this.over?.tradeDate !== tradeDate) this.over = { tradeDate, sinceMs: Date.now() };
    if (this.status.closedThrough === tradeDate || Date.now() - this.over.sinceMs < settleMs || !isPast(tradeDate))
      return;
    this.follower!.closeDate(tradeDate);
    this.status = { ...this.status, closedThrough: tradeDate };
  }

  private tell(atOnce: boolean): void {
    if (!atOnce && performance.now() - this.toldAtMs < STATUS_EVERY_MS) return;
    this.toldAtMs = performance.now();
    this.status = { ...this.status, at: nowText() };
    try {
      replaceFile(this.loop.statusFile, `${JSON.stringify(this.status)}\n`);
    } catch (error) {
      this.loop.log(`cannot write ${this.loop.statusFile}: ${(error as Error).message}`);
    }
  }
}

function nowText(): string {
  return new Date().toISOString();
}
