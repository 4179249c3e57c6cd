import type { Feed } from './feed.js';
import type { FeedReport } from './report.js';
import type { ReconcileOptions } from './thresholds.js';
import { Found, type MatchedTape } from './trades/matched.js';
import { onlyOneSpans, repeatedTrades } from './trades/only-one.js';
import type { ReadFeed } from './trades/trade-tape.js';

const SPANS_MAX = 200;

/** What is said of one of the two feeds. @param timeOf ns after the base as digits since the epoch */
export function feedReport(
  { name, synthetic }: Feed,
  read: ReadFeed,
  matched: MatchedTape,
  options: Pick<ReconcileOptions, 'spanGapMs' | 'repeatMs'>,
  timeOf: (ns: number) => string,
): FeedReport {
  const { events, depth, gaps, resets, emptyTrades, firstNs, lastNs } = read;
  return {
    ...{ name, synthetic, events, depthEvents: depth, gaps, resets },
    ...{ trades: read.tape.length, contracts: read.contracts, emptyTrades },
    firstNs: Number.isNaN(firstNs) ? null : timeOf(firstNs),
    lastNs: Number.isNaN(lastNs) ? null : timeOf(lastNs),
    ...countsOf(matched),
    ...spansOf(matched, options.spanGapMs * 1e6, timeOf),
    repeated: repeatedTrades(matched, options.repeatMs * 1e6),
  };
}

function countsOf({ tape, found, matched }: MatchedTape) {
  const counts = {
    matchedTrades: 0,
    matchedContracts: 0,
    groupedTrades: 0,
    partTrades: 0,
    onlyTrades: 0,
    onlyContracts: 0,
  };
  for (let i = 0; i < tape.length; i++) {
    counts.matchedContracts += matched[i]!;
    counts.onlyContracts += tape.size[i]! - matched[i]!;
    if (found[i] === Found.group) counts.groupedTrades++;
    if (matched[i] === 0) counts.onlyTrades++;
    else if (matched[i] === tape.size[i]) counts.matchedTrades++;
    else counts.partTrades++;
  }
  return counts;
}

function spansOf(matched: MatchedTape, gapNs: number, timeOf: (ns: number) => string) {
  const all = onlyOneSpans(matched, gapNs);
  const bySize = [...all].sort((a, b) => b.contracts - a.contracts || a.fromNs - b.fromNs);
  const left = bySize.slice(SPANS_MAX);
  return {
    onlySpans: bySize
      .slice(0, SPANS_MAX)
      .sort((a, b) => a.fromNs - b.fromNs)
      .map(({ fromNs, toNs, trades, contracts }) => ({
        fromNs: timeOf(fromNs),
        toNs: timeOf(toNs),
        trades,
        contracts,
      })),
    onlySpansLeftOut: {
      spans: left.length,
      trades: left.reduce((sum, { trades }) => sum + trades, 0),
      contracts: left.reduce((sum, { contracts }) => sum + contracts, 0),
    },
  };
}
