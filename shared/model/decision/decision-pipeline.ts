import type { Bar } from '../../market/events/bar.js';
import type { EventBatch } from '../../market/events/event-batch.js';
import type { MarketState } from '../../market/features/market-state.js';
import { SampledMarket } from '../../market/features/sampled-market.js';
import type { HeadName } from '../heads/head.js';
import type { HeadSet } from '../heads/head-set.js';
import { isSameRow } from '../heads/same-row.js';
import type { Decision } from './decision.js';
import { DecisionDigest } from './decision-digest.js';
import { expectedEdgeTicks, type HeadOutput } from './edge.js';
import { decideTarget } from './policy.js';

/**
 * Events in, decisions out: the same code in the bridge, in replay and in the backtest.
 *
 * Once a second of market time the features are copied (the snapshot) and the warm heads run on the copy. A run of
 * onnxruntime is asynchronous: events may go on arriving meanwhile, because a decision depends on its snapshot, on the
 * heads at that moment and on the decision before it only. Decisions complete in the order of their snapshots, and
 * `digest` covers all that have completed: await `settled()` before comparing it.
 */
export class DecisionPipeline {
  private readonly market: SampledMarket;
  private readonly decided = new DecisionDigest();
  private heads: HeadSet | null = null;
  /** The last row of each head and what it gives: an unchanged row (bars, mostly) is not run again. */
  private readonly latest = new Map<HeadName, Ran>();
  private heldContracts = 0;
  private tail: Promise<unknown> = Promise.resolve();

  constructor(tickSize: number) {
    this.market = new SampledMarket(tickSize);
  }

  /**
   * Takes the next event.
   * @returns null, or the decision that is due after it; it rejects where a head fails, and later ones go on
   * @throws TimeWentBack
   */
  onEvent(batch: EventBatch, i: number): Promise<Decision> | null {
    const due = this.market.onEvent(batch, i);
    if (due === 'nothing' || this.heads === null) return null;
    const snapshot: Snapshot = {
      heads: this.heads,
      seq: batch.seq[i]!,
      tsRecvNs: batch.baseNs + BigInt(batch.tsRecvNs[i]!),
      spreadTicks: due === 'sample' ? this.state.askTicks - this.state.bidTicks : Number.NaN,
      runs: due === 'sample' ? this.runWarmHeads(this.heads) : [],
    };
    const outputs = Promise.all(snapshot.runs);
    // Handled where the decision awaits it; this only keeps it from being called unhandled before.
    outputs.catch(() => undefined);
    const decision = this.tail.then(async () => this.decide(snapshot, await outputs));
    this.tail = decision.catch(() => undefined);
    return decision;
  }

  /** Reads the features and runs the heads as a decision would now, and forgets what they say. */
  async rehearse(): Promise<void> {
    const runs = (this.heads?.heads ?? []).map(async ({ spec, plan, model }) => {
      const row = new Float32Array(spec.features.length);
      if (this.market.engine.read(plan, row)) await model.run(row, 1);
    });
    await Promise.allSettled(runs);
  }

  /** The market as the features see it now: best prices, book, windows. */
  get state(): Readonly<MarketState> {
    return this.market.engine.state;
  }

  /** A bar from before the stream, to warm the bar features up. */
  onBar(bar: Bar): void {
    this.market.onBar(bar);
  }

  /** Another stream begins (the next file or day): the book and the windows start anew, bars and target stay. */
  beginStream(): void {
    this.market.beginStream();
  }

  /** From the next event on these heads decide; null stops deciding. @returns the heads until now, for release() after settled() */
  swapHeads(next: HeadSet | null): HeadSet | null {
    const prior = this.heads;
    this.heads = next;
    this.latest.clear();
    return prior;
  }

  /** Settles when every decision that is due has completed or failed. */
  async settled(): Promise<void> {
    await this.tail;
  }

  /** Decisions completed, and the sha256 over all of them. */
  digest(): { decisions: number; sha256: string } {
    return { decisions: this.decided.decisions, sha256: this.decided.hex() };
  }

  private runWarmHeads(heads: HeadSet): Promise<HeadOutput>[] {
    const runs: Promise<HeadOutput>[] = [];
    for (const { spec, plan, model } of heads.heads) {
      const row = new Float32Array(spec.features.length);
      if (!this.market.engine.read(plan, row)) continue;
      let ran = this.latest.get(spec.name);
      if (!ran || !isSameRow(ran.row, row)) {
        const output = model.run(row, 1).then((probabilities) => ({ name: spec.name, features: row, probabilities }));
        ran = { row, output };
        this.latest.set(spec.name, ran);
      }
      runs.push(ran.output);
    }
    return runs;
  }

  private decide({ heads, seq, tsRecvNs, spreadTicks }: Snapshot, outputs: readonly HeadOutput[]): Decision {
    const edgeTicks = expectedEdgeTicks(outputs, heads.ensemble);
    const target =
      outputs.length > 0
        ? decideTarget(edgeTicks, spreadTicks, this.heldContracts, heads.ensemble)
        : ({ positionContracts: 0, reason: Number.isNaN(spreadTicks) ? 'no-book' : 'no-head' } as const);
    this.heldContracts = target.positionContracts;
    const decision: Decision = {
      seq,
      tsRecvNs,
      outputs,
      spreadTicks,
      edgeTicks,
      targetContracts: target.positionContracts,
      reason: target.reason,
    };
    this.decided.add(decision);
    return decision;
  }
}

interface Ran {
  readonly row: Float32Array;
  readonly output: Promise<HeadOutput>;
}

interface Snapshot {
  readonly heads: HeadSet;
  readonly seq: number;
  readonly tsRecvNs: bigint;
  readonly spreadTicks: number;
  readonly runs: readonly Promise<HeadOutput>[];
}
