import type { CapturedDay } from '../../../shared/contract/capture-file.js';
import { type DecisionLogLine, decisionLogLine, linesOfContract } from '../../../shared/contract/decision-log.js';
import { BAR_MS } from '../../../shared/market/events/bar.js';
import { BARS_KEPT } from '../../../shared/market/features/bar-history.js';
import type { ReceivedFrom } from '../../ingest/received-day.js';
import { receivedLines } from '../../ingest/received-lines.js';
import { compareDecisions } from '../../replay/captured-day.js';
import { differences } from '../../replay/diff-decisions.js';
import { openStoredStreams } from '../../replay/stored-streams.js';
import type { MarketStore } from '../../store/market-store.js';
import type { MonitorReport } from '../report.js';

export interface ParityAsk extends CapturedDay {
  readonly store: MarketStore;
  readonly from: ReceivedFrom;
  /** Trade dates of this contract that are complete in the store, ascending. */
  readonly completeDates: readonly string[];
  /** Of the release with this version, as research built it. */
  readonly tarballOf: (modelVersion: number) => string;
  readonly onProgress?: (events: number) => void;
  readonly signal?: AbortSignal;
}

/** What the bridge remembers of earlier dates: a position that it held, and this many bars of five minutes; a few more than it keeps. */
const BARS_BEFORE = BARS_KEPT + 2;
/** More dates than this are not replayed for one. */
const DATES_BEFORE_MAX = 40;

/**
 * The captured day through the code and the releases that traded, from the store, and every logged decision compared bit for bit: the
 * proof of the day that live is replay. It begins where the bridge last began, or so many dates before that all its bars are made again.
 * @throws BadInput, NoSuchDepth, ReleaseMissing
 */
export async function dayParity(ask: ParityAsk): Promise<MonitorReport['parity']> {
  const { instrument, tradeDate, store, from } = ask;
  const linesOf = async (date: string) =>
    linesOfContract(
      (await receivedLines(from, { stream: 'decisions', tradeDate: date, line: decisionLogLine })).lines,
      instrument,
    );
  const own = await linesOf(tradeDate);
  const before = ask.completeDates.filter((date) => date < tradeDate).slice(-DATES_BEFORE_MAX);
  let first = tradeDate;
  let earlier: readonly DecisionLogLine[] = [];
  // A start before the first decision of a date forgets everything: from there on is enough.
  while (!beginsAnew([...earlier, ...own]) && barsOf(earlier) < BARS_BEFORE && before.length > 0) {
    first = before.pop()!;
    earlier = [...(await linesOf(first)), ...earlier];
  }
  let lines = [...earlier, ...own];
  // Heads that were swapped in before that: which ones, only the log of that date says.
  while (!knowsHeads(lines) && before.length > 0) {
    const heads = (await linesOf(before.pop()!)).findLast(({ kind }) => kind === 'heads');
    if (heads) lines = [heads, ...lines];
  }
  const ofDate = new Set<DecisionLogLine>(own);
  const logged = own.filter(({ kind }) => kind === 'decision').length;
  const versions = own.flatMap((line) => (line.kind === 'heads' ? [line.modelVersion] : []));
  if (logged === 0) return { ...NOTHING, versions };
  const result = await compareDecisions({
    streams: await openStoredStreams(store, { instrument, dateFrom: first, dateTo: tradeDate }),
    ...{ lines, isCompared: (decision) => ofDate.has(decision), tarballOf: ask.tarballOf, isCapturing: false },
    ...(ask.onProgress ? { onProgress: ask.onProgress } : {}),
    ...(ask.signal ? { signal: ask.signal } : {}),
  });
  const { compared, different, onlyLive, onlyReplay, firstDifference } = result;
  const { live, replayed } = firstDifference ?? { live: null, replayed: null };
  return {
    ...{ logged, compared, different, onlyLive, onlyReplay, versions, replayedFrom: first },
    first:
      live === null
        ? null
        : {
            ...{ seq: live.seq, ts: live.ts },
            inputs:
              replayed === null
                ? []
                : differences(live, replayed).map(({ name, a, b }) => ({ name, live: a, replayed: b })),
          },
  };
}

const NOTHING = { logged: 0, compared: 0, different: 0, onlyLive: 0, onlyReplay: 0, replayedFrom: null, first: null };

function beginsAnew(lines: readonly DecisionLogLine[]): boolean {
  const start = lines.findIndex(({ kind }) => kind === 'start');
  return start >= 0 && start < firstDecision(lines);
}

function knowsHeads(lines: readonly DecisionLogLine[]): boolean {
  const heads = lines.findIndex(({ kind }) => kind === 'heads');
  return heads >= 0 && heads < firstDecision(lines);
}

function firstDecision(lines: readonly DecisionLogLine[]): number {
  const at = lines.findIndex(({ kind }) => kind === 'decision');
  return at < 0 ? lines.length : at;
}

/** A minute of decisions, one a second: five minutes with so many had trades, and gave a bar. */
const DECISIONS_OF_A_BAR = 60;

/** Bars that are certainly made again; there may be more. */
function barsOf(lines: readonly DecisionLogLine[]): number {
  const decisions = new Map<number, number>();
  for (const line of lines) {
    if (line.kind !== 'decision') continue;
    const bar = Math.floor(Number(line.ts) / 1e6 / BAR_MS);
    decisions.set(bar, (decisions.get(bar) ?? 0) + 1);
  }
  return [...decisions.values()].filter((count) => count >= DECISIONS_OF_A_BAR).length;
}
