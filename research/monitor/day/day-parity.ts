import type { CapturedDay } from '../../../shared/contract/capture-file.js';
import { type DecisionLogLine, decisionLogLine } from '../../../shared/contract/decision-log.js';
import { compareDecisions } from '../../replay/captured-day.js';
import { differences } from '../../replay/diff-decisions.js';
import { openStoredStreams } from '../../replay/stored-streams.js';
import type { MarketStore } from '../../store/market-store.js';
import type { DayPart } from '../report.js';
import { type ReceivedFrom, receivedLines } from './received-lines.js';

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

/** Without a start of the bridge in between, its memory (bars, the position that it held) goes back no further than this. */
const DATES_BEFORE_MAX = 3;

/**
 * The captured day through the code and the releases that traded, from the store, and every logged decision compared bit for bit: the
 * proof of the day that live is replay. It begins where the bridge last began, at most three complete dates before.
 * @throws BadInput, NoSuchDepth, ReleaseMissing
 */
export async function dayParity(ask: ParityAsk): Promise<DayPart['parity']> {
  const { instrument, tradeDate, store, from } = ask;
  const linesOf = async (date: string) =>
    (await receivedLines(from, { stream: 'decisions', tradeDate: date, line: decisionLogLine })).lines;
  const own = await linesOf(tradeDate);
  const before = ask.completeDates.filter((date) => date < tradeDate).slice(-DATES_BEFORE_MAX);
  let [first, lines]: [string, readonly DecisionLogLine[]] = [tradeDate, own];
  // A start before the first decision of the date forgets everything: then the date alone is enough.
  while (!beginsAnew(lines) && before.length > 0) {
    first = before.pop()!;
    lines = [...(await linesOf(first)), ...lines];
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
  const [first] = lines;
  const start = lines.findIndex(({ kind }) => kind === 'start');
  const decision = lines.findIndex(({ kind }) => kind === 'decision');
  return first !== undefined && start >= 0 && (decision < 0 || start < decision);
}
