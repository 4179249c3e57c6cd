import type { Bar } from '../../shared/market/events/bar.js';
import type { Decision } from '../../shared/model/decision/decision.js';
import { DecisionPipeline } from '../../shared/model/decision/decision-pipeline.js';
import type { HeadSet } from '../../shared/model/heads/head-set.js';
import type { EventStream } from './event-stream.js';
import { FeatureRun } from './feature-run.js';
import { mergeStreams } from './merge-streams.js';

export interface ReplayOptions {
  /** Null computes features only. */
  readonly heads: HeadSet | null;
  /** Closed before the first event, to warm the bar features up. */
  readonly bars?: readonly Bar[];
  /** In order. */
  readonly onDecision?: (decision: Decision) => void;
  readonly onProgress?: (events: number) => void;
  readonly signal?: AbortSignal;
}

export interface ReplayResult {
  readonly events: number;
  readonly decisions: number;
  /** sha256 over every bit of every decision; without heads, over every feature once a second. */
  readonly digest: string;
}

/**
 * Runs the bridge's own pipeline over recorded streams. No clock and no randomness: the same events, bars and heads give
 * the same digest on every machine.
 * @throws BadInput
 */
export async function replay(streams: readonly EventStream[], options: ReplayOptions): Promise<ReplayResult> {
  const { heads, bars = [], onDecision, onProgress, signal } = options;
  const tickSize = streams[0]?.header.tickSize ?? 1;
  const run = heads === null ? new FeatureRun(tickSize) : headedRun(tickSize, heads, onDecision);
  for (const bar of bars) run.onBar(bar);
  let events = 0;
  for await (const { batch, begins } of mergeStreams(streams)) {
    signal?.throwIfAborted();
    if (begins) run.beginStream();
    for (let i = 0; i < batch.length; i++) run.onEvent(batch, i);
    await run.settled();
    events += batch.length;
    onProgress?.(events);
  }
  const { decisions, sha256 } = run.digest();
  return { events, decisions, digest: sha256 };
}

/** What a replay drives: the pipeline with heads, or the features alone. */
interface Run extends Pick<DecisionPipeline, 'onBar' | 'beginStream' | 'digest'> {
  onEvent(...event: Parameters<DecisionPipeline['onEvent']>): void;
  settled(): Promise<void>;
}

function headedRun(tickSize: number, heads: HeadSet, onDecision: ReplayOptions['onDecision']): Run {
  const pipeline = new DecisionPipeline(tickSize);
  pipeline.swapHeads(heads);
  let due: (Decision | Promise<Decision>)[] = [];
  return {
    onBar: (bar) => pipeline.onBar(bar),
    beginStream: () => pipeline.beginStream(),
    digest: () => pipeline.digest(),
    onEvent: (batch, i) => {
      const decision = pipeline.onEvent(batch, i);
      if (decision !== null) due.push(decision);
    },
    settled: async () => {
      const decisions = due;
      due = [];
      for (const decision of await Promise.all(decisions)) onDecision?.(decision);
    },
  };
}
