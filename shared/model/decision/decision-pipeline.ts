import type { Bar } from '../../market/events/bar.js';
import type { EventBatch } from '../../market/events/event-batch.js';
import type { MarketState } from '../../market/features/market-state.js';
import { SampledMarket } from '../../market/features/sampled-market.js';
import type { HeadName } from '../heads/head.js';
import type { HeadSet, LoadedHead } from '../heads/head-set.js';
import { isSameRow } from '../heads/same-row.js';
import type { Decision } from './decision.js';
import { DecisionDigest } from './decision-digest.js';
import { expectedEdgeTicks, type HeadOutput } from './edge.js';
import { decideTarget } from './policy.js';

/**
 * Events in, decisions out: the same code in the bridge, in replay and in the backtest.
 *
 * Once a second of market time the features are copied (the snapshot) and the warm heads run on the copy. Where all of them
 * run at once, by their trees, the decision is made within the event. A run of onnxruntime is asynchronous: events may go on
 * arriving meanwhile, because a decision depends on its snapshot, on the heads at that moment and on the decision before it
 * only. Decisions complete in the order of their snapshots, whatever runs their heads, and `digest` covers all that have
 * completed: await `settled()` before comparing it.
 */
export class DecisionPipeline {
  private readonly market: SampledMarket;
  private readonly decided = new DecisionDigest();
  private heads: HeadSet | null = null;
  /** The last row of each head and what it gives: an unchanged row (bars, mostly) is not run again. */
  private readonly latest = new Map<HeadName, Ran>();
  private heldContracts = 0;
  private tail: Promise<unknown> = Promise.resolve();
  /** Decisions that are due and neither made nor failed. */
  private pending = 0;

  constructor(tickSize: number) {
    this.market = new SampledMarket(tickSize);
  }

  /**
   * Takes the next event.
   * @returns null, or the decision that is due after it: itself where nothing has to be waited for; else a promise, which
   * rejects where a head fails, and later ones go on
   * @throws TimeWentBack
   */
  onEvent(batch: EventBatch, i: number): Decision | Promise<Decision> | null {
    const due = this.market.onEvent(batch, i);
    if (due === 'nothing' || this.heads === null) return null;
    const snapshot: Snapshot = {
      heads: this.heads,
      seq: batch.seq[i]!,
      tsRecvNs: batch.baseNs + BigInt(batch.tsRecvNs[i]!),
      spreadTicks: due === 'sample' ? this.state.askTicks - this.state.bidTicks : Number.NaN,
    };
    try {
      const runs = due === 'sample' ? this.runWarmHeads(this.heads) : [];
      return this.pending === 0 && runs.every(isAtHand)
        ? this.decide(snapshot, runs)
        : this.decideInTurn(snapshot, Promise.all(runs));
    } catch (error) {
      return this.decideInTurn(snapshot, Promise.reject(error));
    }
  }

  /** Reads the features and runs the heads as a decision would now, and forgets what they say. */
  async rehearse(): Promise<void> {
    const runs = (this.heads?.heads ?? []).map(async (head) => {
      const row = this.readRow(head);
      if (row !== null) await runHead(head, row);
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

  private runWarmHeads(heads: HeadSet): (HeadOutput | Promise<HeadOutput>)[] {
    const runs: (HeadOutput | Promise<HeadOutput>)[] = [];
    for (const head of heads.heads) {
      const row = this.readRow(head);
      if (row === null) continue;
      let ran = this.latest.get(head.spec.name);
      if (!ran || !isSameRow(ran.row, row)) {
        ran = { row, output: runHead(head, row) };
        this.latest.set(head.spec.name, ran);
      }
      runs.push(ran.output);
    }
    return runs;
  }

  /** A row of its own for each decision, which keeps it. @returns null for a head that is not warm */
  private readRow({ spec, plan }: LoadedHead): Float32Array | null {
    const row = new Float32Array(spec.features.length);
    return this.market.engine.read(plan, row) ? row : null;
  }

  /** After those that are due already. */
  private decideInTurn(snapshot: Snapshot, outputs: Promise<readonly HeadOutput[]>): Promise<Decision> {
    // Handled where the decision awaits it; this only keeps it from being called unhandled before.
    outputs.catch(() => undefined);
    const decision = this.tail.then(async () => this.decide(snapshot, await outputs));
    this.pending++;
    const settle = () => {
      this.pending--;
    };
    this.tail = decision.then(settle, settle);
    return decision;
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

function runHead({ spec, model, trees }: LoadedHead, row: Float32Array): HeadOutput | Promise<HeadOutput> {
  const outputOf = (probabilities: Float32Array) => ({ name: spec.name, features: row, probabilities });
  if (trees === null) return model.run(row, 1).then(outputOf);
  const probabilities = new Float32Array(spec.classes);
  trees.run(row, probabilities);
  return outputOf(probabilities);
}

function isAtHand(run: HeadOutput | Promise<HeadOutput>): run is HeadOutput {
  return !(run instanceof Promise);
}

interface Ran {
  readonly row: Float32Array;
  readonly output: HeadOutput | Promise<HeadOutput>;
}

interface Snapshot {
  readonly heads: HeadSet;
  readonly seq: number;
  readonly tsRecvNs: bigint;
  readonly spreadTicks: number;
}
