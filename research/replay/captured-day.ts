import { readdirSync } from 'node:fs';
import path from 'node:path';
import { parseSegmentFile } from '../../shared/contract/capture-file.js';
import {
  type DecisionLogLine,
  decisionLogLine,
  linesOfContract,
  tradeDateOfDecisionLog,
} from '../../shared/contract/decision-log.js';
import { BadInput } from '../../shared/failure.js';
import type { Decision } from '../../shared/model/decision/decision.js';
import { DecisionPipeline } from '../../shared/model/decision/decision-pipeline.js';
import { type DecisionRecord, isSameRecord, recordOf } from '../../shared/model/decision/decision-record.js';
import type { HeadSet } from '../../shared/model/heads/head-set.js';
import { tarballName } from '../../shared/trust/statement.js';
import { type EventStream, openEventStream } from './event-stream.js';
import { jsonLines } from './json-lines.js';
import { loadReplayHeads } from './load-heads.js';
import { mergeStreams } from './merge-streams.js';

/** What a broker's own decisions and a replay of what it captured have in common. */
export interface ParityResult {
  readonly events: number;
  /** Decisions that both made. */
  readonly compared: number;
  /** Of those, the ones that are not the same to the bit. */
  readonly different: number;
  /** Logged, but not made by the replay: events are missing in the capture. */
  readonly onlyLive: number;
  /** Logged after the last closed segment, while the next one is still being written: compare again when it is closed. */
  readonly inOpenSegment: number;
  /** Made by the replay, but not logged: the bridge was stopped or killed in between. */
  readonly onlyReplay: number;
  readonly firstDifference: { readonly live: DecisionRecord | null; readonly replayed: DecisionRecord | null } | null;
}

/**
 * Replays what a broker folder has captured, with the heads that the decision log names from the event on at which the
 * bridge had swapped to them, and compares every decision with the logged one.
 * @param broker folder with capture/, journal/ and releases/
 * @param tradeDate compares the decisions of one trade date's log only; everything before it is replayed all the same
 * @throws BadInput
 */
export async function compareWithBridge(broker: string, tradeDate?: string): Promise<ParityResult> {
  const logs = filesIn(path.join(broker, 'journal'), (file) => tradeDateOfDecisionLog(file) !== null).sort();
  const lines = (await Promise.all(logs.map(readLog))).flat();
  const ofDate = new Set<DecisionLogLine>(lines.flatMap(({ line, date }) => (date === tradeDate ? [line] : [])));
  const capture = path.join(broker, 'capture');
  const isCapturing = filesIn(capture, (file) => parseSegmentFile(file)?.open === true).length > 0;
  const compare = async (segments: readonly string[], ofContract: readonly DecisionLogLine[]) =>
    await compareDecisions({
      streams: await Promise.all(segments.map((file) => openEventStream(file))),
      lines: ofContract,
      isCompared: (decision) => tradeDate === undefined || ofDate.has(decision),
      tarballOf: (modelVersion) => path.join(broker, 'releases', tarballName(modelVersion)),
      isCapturing,
    });
  const segments = segmentsOf(capture);
  const all = lines.map(({ line }) => line);
  const contracts = contractsIn(all);
  if (contracts.length === 0) return await compare(segments, all);
  // What was logged before any contract was named is of the first that is.
  const named: DecisionLogLine[] = [{ v: 1, kind: 'contract', instrument: contracts[0]! }, ...all];
  const results: ParityResult[] = [];
  for (const contract of contracts) {
    const own = segments.filter((file) => parseSegmentFile(path.basename(file))?.instrument === contract);
    results.push(await compare(own, linesOfContract(named, contract)));
  }
  return together(results);
}

/** Each contract once, in the order in which they were traded. */
function contractsIn(lines: readonly DecisionLogLine[]): string[] {
  return [...new Set(lines.flatMap((line) => (line.kind === 'contract' ? [line.instrument] : [])))];
}

/** Over contracts that followed each other: their events have numbers of their own. */
function together(results: readonly ParityResult[]): ParityResult {
  const sum = (count: (result: ParityResult) => number) => results.reduce((total, one) => total + count(one), 0);
  return {
    events: sum(({ events }) => events),
    compared: sum(({ compared }) => compared),
    different: sum(({ different }) => different),
    onlyLive: sum(({ onlyLive }) => onlyLive),
    inOpenSegment: sum(({ inOpenSegment }) => inOpenSegment),
    onlyReplay: sum(({ onlyReplay }) => onlyReplay),
    firstDifference: results.find(({ firstDifference }) => firstDifference !== null)?.firstDifference ?? null,
  };
}

/** What is to be compared: everything that was captured and logged since a pipeline began. */
export interface LoggedDecisions {
  readonly streams: readonly EventStream[];
  /** Of the decision log, in order. */
  readonly lines: readonly DecisionLogLine[];
  /** Whether a logged decision is compared; what lies before it is replayed all the same. */
  readonly isCompared: (decision: DecisionRecord) => boolean;
  /** Of the release with this version. */
  readonly tarballOf: (modelVersion: number) => string;
  /** The last segment is still being written. */
  readonly isCapturing: boolean;
  readonly onProgress?: (events: number) => void;
  readonly signal?: AbortSignal;
}

/** Replays events with the heads that the log names, and compares every decision with the logged one. @throws BadInput */
export async function compareDecisions(ask: LoggedDecisions): Promise<ParityResult> {
  const { streams, lines } = ask;
  const live = new Map(
    lines.flatMap((line) => (line.kind === 'decision' && ask.isCompared(line) ? [[line.seq, line] as const] : [])),
  );
  const comparison = new Comparison(live);
  const control = lines.flatMap((line) => (line.kind === 'decision' ? [] : [line]));
  const bridge = new ReplayedBridge(streams[0]?.header.tickSize ?? 1, control, ask);
  const seqs = [...live.keys()];
  const firstSeq = seqs.reduce((least, seq) => Math.min(least, seq), Number.POSITIVE_INFINITY);
  const lastSeq = seqs.reduce((most, seq) => Math.max(most, seq), Number.NEGATIVE_INFINITY);
  const { events, lastEventSeq } = await bridge.run(streams, (decision) => {
    if (decision.seq >= firstSeq && decision.seq <= lastSeq) comparison.take(recordOf(decision));
  });
  return { events, ...comparison.result(ask.isCapturing ? lastEventSeq : Number.POSITIVE_INFINITY) };
}

type ControlLine = Exclude<DecisionLogLine, DecisionRecord>;
/** What is told to a pipeline between two events. */
type ToldLine = Exclude<ControlLine, { kind: 'refused' | 'contract' }>;

async function readLog(file: string): Promise<{ line: DecisionLogLine; date: string }[]> {
  const date = tradeDateOfDecisionLog(path.basename(file)) ?? '';
  const lines: { line: DecisionLogLine; date: string }[] = [];
  for await (const { number, value } of jsonLines(file)) {
    const parsed = decisionLogLine.safeParse(value);
    if (!parsed.success)
      throw new BadInput(file, `line ${number}`, parsed.error.issues[0]?.message ?? 'is no line of a decision log');
    lines.push({ line: parsed.data, date });
  }
  return lines;
}

function filesIn(folder: string, isWanted: (file: string) => boolean): string[] {
  try {
    return readdirSync(folder)
      .filter(isWanted)
      .map((file) => path.join(folder, file));
  } catch {
    throw new BadInput(folder, undefined, 'there is no such folder', 'name the home folder of a bridge that has run');
  }
}

/** Closed segments in the order in which they were written. @throws BadInput where there are none */
export function segmentsOf(folder: string): string[] {
  const key = (file: string) => {
    const { tradeDate, number } = parseSegmentFile(path.basename(file))!;
    return `${tradeDate}-${String(number).padStart(9, '0')}`;
  };
  const files = filesIn(folder, (file) => parseSegmentFile(file)?.open === false).sort((a, b) =>
    key(a) < key(b) ? -1 : 1,
  );
  if (files.length === 0)
    throw new BadInput(folder, undefined, 'holds no captured segment', 'let the bridge capture first');
  return files;
}

const UNTOLD: ReadonlySet<string> = new Set(['refused', 'contract']);

/** The bridge's decisions once more: its pipeline, told the same things between the same events. */
class ReplayedBridge {
  private pipeline: DecisionPipeline;
  private readonly loaded = new Map<number, HeadSet>();

  constructor(
    private readonly tickSize: number,
    private readonly control: readonly ControlLine[],
    private readonly ask: Pick<LoggedDecisions, 'tarballOf' | 'onProgress' | 'signal'>,
  ) {
    this.pipeline = new DecisionPipeline(tickSize);
  }

  async run(streams: readonly EventStream[], onDecision: (decision: Decision) => void) {
    const between = this.control.filter((line): line is ToldLine => !UNTOLD.has(line.kind));
    let next = 0;
    let events = 0;
    let lastEventSeq = Number.NEGATIVE_INFINITY;
    try {
      for await (const { batch, begins } of mergeStreams(streams)) {
        this.ask.signal?.throwIfAborted();
        if (begins) this.pipeline.beginStream();
        const due: (Decision | Promise<Decision>)[] = [];
        for (let i = 0; i < batch.length; i++) {
          while (next < between.length && batch.seq[i]! > between[next]!.afterEventSeq)
            await this.take(between[next++]!);
          const decision = this.pipeline.onEvent(batch, i);
          if (decision) due.push(decision);
        }
        events += batch.length;
        lastEventSeq = batch.seq[batch.length - 1] ?? lastEventSeq;
        for (const decision of await Promise.all(due)) onDecision(decision);
        this.ask.onProgress?.(events);
      }
    } finally {
      for (const heads of this.loaded.values()) await heads.release();
    }
    return { events, lastEventSeq };
  }

  private async take(line: ToldLine): Promise<void> {
    switch (line.kind) {
      case 'start':
        await this.pipeline.settled();
        this.pipeline = new DecisionPipeline(this.tickSize);
        return;
      case 'heads':
        this.pipeline.swapHeads(await this.headsOf(line.modelVersion));
        return;
      case 'bar':
        this.pipeline.onBar({ ...line.bar, volume: line.bar.volume ?? Number.NaN });
    }
  }

  private async headsOf(modelVersion: number): Promise<HeadSet> {
    const known = this.loaded.get(modelVersion);
    if (known) return known;
    const { heads } = await loadReplayHeads(this.ask.tarballOf(modelVersion));
    this.loaded.set(modelVersion, heads);
    return heads;
  }
}

class Comparison {
  private compared = 0;
  private different = 0;
  private onlyReplay = 0;
  private firstDifference: ParityResult['firstDifference'] = null;
  private readonly left: Map<number, DecisionRecord>;

  constructor(live: ReadonlyMap<number, DecisionRecord>) {
    this.left = new Map(live);
  }

  take(replayed: DecisionRecord): void {
    const live = this.left.get(replayed.seq) ?? null;
    this.left.delete(replayed.seq);
    if (live === null) this.onlyReplay++;
    else this.compared++;
    if (live !== null && isSameRecord(live, replayed)) return;
    if (live !== null) this.different++;
    this.firstDifference ??= { live, replayed };
  }

  /** @param lastClosedSeq events after this one lie in a segment that is not closed yet */
  result(lastClosedSeq: number): Omit<ParityResult, 'events'> {
    const missing = [...this.left.values()].filter(({ seq }) => seq <= lastClosedSeq);
    const inOpenSegment = this.left.size - missing.length;
    const firstDifference = this.firstDifference ?? (missing[0] ? { live: missing[0], replayed: null } : null);
    const { compared, different, onlyReplay } = this;
    return { compared, different, onlyLive: missing.length, inOpenSegment, onlyReplay, firstDifference };
  }
}
