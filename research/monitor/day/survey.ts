import { type EventBatch, EventKind } from '../../../shared/market/events/event-batch.js';
import { SampledMarket } from '../../../shared/market/features/sampled-market.js';
import type { EventStream } from '../../replay/event-stream.js';
import { mergeStreams } from '../../replay/merge-streams.js';
import { type PhaseName, phaseAt } from '../drift/session-phases.js';

/** The market of a trade date as it was captured, in one pass. */
export interface Survey {
  readonly events: number;
  readonly trades: number;
  readonly gaps: number;
  readonly resets: number;
  /** Moments at which the book stood crossed or unsorted, or could not be trusted, while it had been settled before. */
  readonly unsettled: number;
  /** Longest time without an event in regular hours, seconds; 0 where there were none. */
  readonly longestSilenceSeconds: number;
  /** In each phase of the session: events, and seconds from its first to its last. */
  readonly phases: Readonly<Partial<Record<PhaseName, { readonly events: number; readonly seconds: number }>>>;
  /** Half ticks, at each moment that was asked for; NaN where there was no book yet. */
  readonly midHalfTicks: readonly number[];
}

const IN_REGULAR_HOURS: ReadonlySet<PhaseName> = new Set(['first-5', 'first-30', 'middle', 'last-30']);

/**
 * @param moments ns since the epoch at which the mid is asked for, ascending: the mid in force just before
 * @throws BadInput
 */
export async function surveyDay(
  streams: readonly EventStream[],
  moments: readonly bigint[],
  signal?: AbortSignal,
): Promise<Survey> {
  const pass = new Pass(streams[0]!.header.tickSize, streams[0]!.header.instrument, moments);
  for await (const { batch, begins } of mergeStreams(streams)) {
    signal?.throwIfAborted();
    if (begins) pass.market.beginStream();
    for (let i = 0; i < batch.length; i++) pass.take(batch, i);
  }
  return pass.end();
}

class Pass {
  readonly market: SampledMarket;
  private events = 0;
  private trades = 0;
  private gaps = 0;
  private resets = 0;
  private unsettled = 0;
  private longestMs = 0;
  private readonly phases = new Map<PhaseName, { events: number; firstMs: number; lastMs: number }>();
  private readonly mids: number[] = [];
  private hasSettled = false;
  private lastMs = Number.NaN;
  private lastPhase: PhaseName | null = null;
  private readonly phaseOf: (ms: number) => PhaseName;

  constructor(
    tickSize: number,
    instrument: string,
    private readonly moments: readonly bigint[],
  ) {
    this.market = new SampledMarket(tickSize);
    this.phaseOf = phaseAt(instrument);
  }

  take(batch: EventBatch, i: number): void {
    const { state } = this.market.engine;
    const ns = batch.baseNs + BigInt(batch.tsRecvNs[i]!);
    while (this.mids.length < this.moments.length && this.moments[this.mids.length]! < ns)
      this.mids.push(this.midNow());
    const wasSettled = state.isSettled;
    this.hasSettled ||= wasSettled;
    this.market.onEvent(batch, i);
    this.count(batch.kind[i]!, Number(ns / 1_000_000n));
    if (wasSettled && !state.isSettled && batch.kind[i] === EventKind.depth && batch.last[i] === 1) this.unsettled++;
  }

  end(): Survey {
    while (this.mids.length < this.moments.length) this.mids.push(this.midNow());
    const { events, trades, gaps, resets, unsettled } = this;
    const phases = Object.fromEntries(
      [...this.phases].map(([phase, { events: own, firstMs, lastMs }]) => [
        phase,
        { events: own, seconds: (lastMs - firstMs) / 1000 },
      ]),
    );
    const longestSilenceSeconds = this.longestMs / 1000;
    return { events, trades, gaps, resets, unsettled, longestSilenceSeconds, phases, midHalfTicks: this.mids };
  }

  private midNow(): number {
    const { state } = this.market.engine;
    return state.askTicks > state.bidTicks ? state.midHalfTicks : Number.NaN;
  }

  private count(kind: number, ms: number): void {
    if (kind === EventKind.trade) this.trades++;
    // Before the first book of the date nothing is missing of it: a clock that was set between two dates says so there.
    if (kind === EventKind.gap && this.hasSettled) this.gaps++;
    this.events++;
    if (kind === EventKind.reset) this.resets++;
    const phase = this.phaseOf(ms);
    const seen = this.phases.get(phase);
    if (seen) {
      seen.events++;
      seen.lastMs = ms;
    } else this.phases.set(phase, { events: 1, firstMs: ms, lastMs: ms });
    if (IN_REGULAR_HOURS.has(phase) && this.lastPhase !== null && IN_REGULAR_HOURS.has(this.lastPhase))
      this.longestMs = Math.max(this.longestMs, ms - this.lastMs);
    this.lastMs = ms;
    this.lastPhase = phase;
  }
}
