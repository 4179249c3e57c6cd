import type { ArmedSwap } from '../../shared/contract/armed-swap.js';
import type { SwapRecord } from '../../shared/contract/swap-record.js';
import { Failure } from '../../shared/failure.js';
import type { MarketClock } from '../../shared/market/clock/market-clock.js';
import type { ArmedFile } from './armed-file.js';
import type { LiveReleases } from './live-release.js';
import type { LoadedRelease } from './prepare-release.js';
import type { SwapsLog } from './swaps-log.js';

/** What the swap needs from the rest of the bridge. */
export interface HotSwapDeps {
  readonly armed: ArmedFile;
  readonly log: SwapsLog;
  readonly live: Pick<LiveReleases, 'keep' | 'withdraw'>;
  readonly clock: MarketClock;
  /** Market ms of the open of regular hours that it is at a time, or else of the next one, by the calendar. */
  readonly openNowOrNextMs: (marketMs: number) => number;
  /** Verifies, loads, warms and checks golden rows. @throws Failure when any of it fails */
  readonly load: (armed: ArmedSwap) => Promise<LoadedRelease>;
  /** Puts the heads in use, between two events. Must not throw. */
  readonly activate: (release: LoadedRelease, shipId: string) => void;
  readonly currentModelVersion: () => number | null;
  readonly lastEventSeq: () => number;
  readonly onNews: (text: string, record: SwapRecord | null) => void;
}

type State =
  | { readonly step: 'idle' }
  | { readonly step: 'preparing'; readonly armed: ArmedSwap }
  | {
      readonly step: 'ready';
      readonly armed: ArmedSwap;
      readonly release: LoadedRelease;
      readonly dueMarketMs: number;
    };

const LOOK_EVERY_MS = 250;
/** Without an event for this long after the open, the swap happens anyway: a silent feed must not hold it up. */
const SILENT_FEED_MS = 2000;
/** After a swap that the disk refused. */
const RETRY_MS = 5000;
/** Heads that were ready, and found no time to be used for so long after the open (the computer slept), wait for the next. */
const LATE_MARKET_MS_MAX = 15 * 60_000;

/**
 * Replaces the heads at the open. That it is one, the bridge's own calendar says: who arms can only delay the swap. A
 * rollback that carries its grounds need not wait. All that takes time happens before; at the open the release is
 * verified once more, because it may have expired or been taken back since, and only the records and the switch are left.
 * Order at the switch: take the request, fsync which release is live, fsync the line, use the new heads, forget the
 * request. A crash between any two of these leaves either no record (the request is armed again) or the record (the new
 * release is loaded on start, and the line is written then where it is missing).
 */
export class HotSwap {
  private state: State = { step: 'idle' };
  private timer: NodeJS.Timeout | undefined;
  private openSeenAtMs: number | undefined;
  private notBeforeMonotonicMs = 0;

  constructor(private readonly deps: HotSwapDeps) {}

  start(): void {
    this.deps.armed.recover();
    this.look();
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    if (this.state.step === 'ready') void this.state.release.headSet.release();
    this.become({ step: 'idle' });
  }

  /** Called before each event with its market time: the first event at or after the open is the new heads' first. */
  beforeEvent(marketMs: number): void {
    if (marketMs >= this.dueMarketMs) this.perform(marketMs);
  }

  private get dueMarketMs(): number {
    return this.state.step === 'ready' ? this.state.dueMarketMs : Number.POSITIVE_INFINITY;
  }

  private look(): void {
    if (performance.now() < this.notBeforeMonotonicMs) return;
    try {
      const found = this.deps.armed.look();
      if (found === 'withdrawn') this.disarm();
      else if (found !== 'same') this.prepare(found);
    } catch (error) {
      this.disarm();
      this.deps.onNews(`the armed swap cannot be used: ${sentence(error)}`, null);
    }
    this.performWhenSilent();
  }

  /** Waits for an event to carry the swap, but not for long. */
  private performWhenSilent(): void {
    const nowMarketMs = this.deps.clock.nowMs();
    if (nowMarketMs < this.dueMarketMs) return;
    this.openSeenAtMs ??= performance.now();
    if (performance.now() - this.openSeenAtMs >= SILENT_FEED_MS) this.perform(nowMarketMs);
  }

  private disarm(): void {
    if (this.state.step === 'ready') void this.state.release.headSet.release();
    if (this.state.step !== 'idle') this.deps.onNews(`the swap of ${this.state.armed.shipId} was withdrawn`, null);
    this.become({ step: 'idle' });
  }

  private prepare(armed: ArmedSwap): void {
    this.disarm();
    if (this.deps.log.has(armed)) {
      this.deps.armed.discard();
      return;
    }
    const state: State = { step: 'preparing', armed };
    this.become(state);
    const openMs = this.openFrom(armed, this.deps.clock.nowMs());
    this.deps.onNews(`release ${armed.modelVersion} is armed: verifying and warming`, null);
    this.deps.load(armed).then(
      (release) => {
        if (this.state !== state) return void release.headSet.release();
        const dueMarketMs = release.swapsAtOnce ? armed.notBeforeMarketMs : openMs;
        this.become({ step: 'ready', armed, release, dueMarketMs });
      },
      (error: unknown) => {
        if (this.state === state) this.refuseArmed(armed, error);
      },
    );
  }

  /** The open for which it was armed; not before the time that was asked for. */
  private openFrom({ notBeforeMarketMs }: ArmedSwap, marketMs: number): number {
    return Math.max(notBeforeMarketMs, this.deps.openNowOrNextMs(Math.max(notBeforeMarketMs, marketMs)));
  }

  private perform(nowMarketMs: number): void {
    if (this.state.step !== 'ready') return;
    const { armed, release, dueMarketMs } = this.state;
    if (!release.swapsAtOnce && nowMarketMs > dueMarketMs + LATE_MARKET_MS_MAX) {
      this.become({ ...this.state, dueMarketMs: this.openFrom(armed, nowMarketMs) });
      this.deps.onNews(`the open was missed: release ${armed.modelVersion} waits for the next one`, null);
      return;
    }
    this.become({ step: 'idle' });
    try {
      if (!this.deps.armed.take(armed)) {
        void release.headSet.release();
        return;
      }
      const why = whyNoLonger(release);
      if (why) {
        void release.headSet.release();
        this.refuse(armed, why, () => this.forget());
      } else this.change(armed, release, nowMarketMs);
    } catch (error) {
      void release.headSet.release();
      this.deps.armed.recover();
      this.notBeforeMonotonicMs = performance.now() + RETRY_MS;
      this.deps.onNews(`the swap of ${armed.shipId} failed and is tried again: ${sentence(error)}`, null);
    }
  }

  /** @param marketMs by which it was due: that of the event that carries it, which the clock may be behind by a moment */
  private change(armed: ArmedSwap, release: LoadedRelease, marketMs: number): void {
    const { live, log, activate, onNews } = this.deps;
    const record: SwapRecord = { ...this.recordOf(armed, marketMs), outcome: 'swapped', ...describe(release) };
    live.keep(release.epoch, record);
    try {
      log.append(record);
    } catch (error) {
      live.withdraw(release.epoch, record);
      throw error;
    }
    activate(release, armed.shipId);
    onNews(`release ${release.modelVersion} is in use`, record);
    this.forget();
  }

  /** What cannot be removed now is found settled by its line, and dropped, at the next start. */
  private forget(): void {
    try {
      this.deps.armed.remove();
    } catch (error) {
      this.deps.onNews(`the request that was carried out cannot be removed: ${sentence(error)}`, null);
    }
  }

  private refuseArmed(armed: ArmedSwap, error: unknown): void {
    this.become({ step: 'idle' });
    try {
      this.refuse(armed, error, () => this.deps.armed.discard());
    } catch (failure) {
      this.deps.onNews(`the refusal of ${armed.shipId} could not be recorded: ${sentence(failure)}`, null);
    }
  }

  /** @throws the system error: then there is no line */
  private refuse(armed: ArmedSwap, error: unknown, forget: () => void): void {
    const reason = error instanceof Failure ? `${error.type}: ${error.message}` : sentence(error);
    const record: SwapRecord = {
      ...this.recordOf(armed),
      outcome: 'refused',
      reason,
      heads: [],
      goldenRowsChecked: 0,
    };
    this.deps.log.append(record);
    forget();
    this.deps.onNews(`release ${armed.modelVersion} is refused, the old heads stay: ${reason}`, record);
  }

  private recordOf(
    armed: ArmedSwap,
    marketMs = this.deps.clock.nowMs(),
  ): Omit<SwapRecord, 'outcome' | 'heads' | 'goldenRowsChecked'> {
    return {
      v: 1,
      shipId: armed.shipId,
      marketTime: new Date(marketMs).toISOString(),
      wallTime: new Date().toISOString(),
      modelVersion: armed.modelVersion,
      counter: armed.counter,
      payloadSha256: armed.payloadSha256,
      priorModelVersion: this.deps.currentModelVersion(),
      afterEventSeq: this.deps.lastEventSeq(),
    };
  }

  private become(state: State): void {
    this.state = state;
    this.openSeenAtMs = undefined;
  }
}

/** Why a release that was good when it was loaded is not any more; undefined where it is. */
function whyNoLonger(release: LoadedRelease): unknown {
  try {
    release.verifyAgain();
  } catch (error) {
    return error;
  }
}

function describe(release: LoadedRelease): Pick<SwapRecord, 'heads' | 'goldenRowsChecked'> {
  return { heads: [...release.heads], goldenRowsChecked: release.goldenRowsChecked };
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
