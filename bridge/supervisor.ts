import type { Logger } from 'pino';
import { tradeDateOf } from '../shared/calendar/cme-calendar.js';
import type { MarketClock } from '../shared/clock/market-clock.js';
import type { Config } from '../shared/config/config.js';
import type { Failure } from '../shared/failure.js';
import type { ConnectionKeeper } from './connection/keep-connected.js';
import { inRestartWindow } from './connection/restart-windows.js';
import type { ControlFiles } from './control/control-files.js';
import { type Halts, isSticky } from './halt/halts.js';
import type { JournalQueue } from './orders/journal-queue.js';
import type { Trading } from './trading.js';

export interface SupervisorDeps {
  readonly config: Config;
  readonly clock: MarketClock;
  readonly log: Logger;
  readonly halts: Halts;
  readonly trading: Trading;
  readonly journal: JournalQueue;
  readonly keeper: ConnectionKeeper;
  readonly control: ControlFiles;
  /** Connected, reconciled and subscribed. */
  readonly isReady: () => boolean;
}

const TICK_MS = 250;
/** Doubts within this time are settled by one reconciliation. */
const DOUBT_MS = 2000;

/** What has to be looked at again and again: operators' requests, the passing of time, a gateway that stays away. */
export class Supervisor {
  private timer: NodeJS.Timeout | undefined;
  private downSinceMs: number | null = null;
  private escalations = 0;
  private doubtedAtMs: number | null = null;

  constructor(private readonly deps: SupervisorDeps) {}

  start(): void {
    this.timer = setInterval(() => this.tick(), TICK_MS);
    this.tick();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** What the gateway said does not fit: connect anew, which reconciles everything. */
  doubt(reason: string): void {
    this.deps.log.warn({ doubt: reason }, 'the gateway is asked for its truth anew');
    this.doubtedAtMs ??= performance.now();
  }

  failedAttempt({ type, message, fix }: Failure): void {
    const isAlarm = type !== 'GatewayUnreachable';
    this.deps.log[isAlarm ? 'error' : 'warn']({ alarm: isAlarm ? type : undefined, fix }, message);
  }

  private tick(): void {
    const { halts, trading, journal, clock, control } = this.deps;
    this.obey(control);
    trading.tick();
    if (halts.has('flatten') && trading.finishFlattenIfFlat()) control.answerFlatten();
    journal.journal.startTradeDate(tradeDateOf(clock.nowMs()), trading.mid);
    this.settleDoubt();
    this.escalate();
  }

  private obey(control: ControlFiles): void {
    const { halts, trading } = this.deps;
    const { halt, flatten, resume } = control.look();
    if (resume !== null) {
      control.answerResume();
      for (const code of halts.codes) if (isSticky(code)) halts.lift(code);
      trading.forgetRejections();
      this.deps.log.warn({ by: resume.by }, `resumed: ${resume.reason}`);
      return;
    }
    if (halt !== null) halts.raise('kill-switch', halt);
    else halts.lift('kill-switch');
    if (flatten !== null) {
      halts.raise('flatten', `${flatten.reason} (${flatten.by})`);
      trading.startFlatten();
    }
  }

  private settleDoubt(): void {
    if (this.doubtedAtMs === null || performance.now() - this.doubtedAtMs < DOUBT_MS) return;
    this.doubtedAtMs = null;
    this.deps.keeper.reconcile();
  }

  /** A gateway that is away is normal in its restart windows; else it is an alarm, and again each time twice as late. */
  private escalate(): void {
    const { config, isReady, log } = this.deps;
    if (isReady() || inRestartWindow(Date.now(), config.bridge.restart)) {
      this.downSinceMs = null;
      this.escalations = 0;
      return;
    }
    this.downSinceMs ??= performance.now();
    const downMs = performance.now() - this.downSinceMs;
    if (downMs < config.bridge.downSecondsMax * 1000 * 2 ** this.escalations) return;
    this.escalations++;
    log.fatal({ alarm: 'GatewayDown', downSeconds: Math.round(downMs / 1000) }, 'the gateway stays away');
  }
}
