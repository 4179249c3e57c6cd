import type { FeedReport, ReconcileReport } from '../../research/reconcile/report.js';
import { clock, count, ms, percent } from '../../research/reconcile/wording.js';

/** A reconciliation for people, some twenty lines. @param page where it lies, or why there is none */
export function reconcileText(report: ReconcileReport, page: string): string {
  const { instrument, tradeDate, synthetic, verdict, first, second, findings, doubtful } = report;
  return [
    `${synthetic ? 'SYNTHETIC ' : ''}${instrument}, ${tradeDate}, ${first.name} and ${second.name}: ${verdict}`,
    ...(verdict === 'incomparable' ? [] : figures(report)),
    ...findings.map(({ sentence }) => `- ${sentence}`),
    ...(doubtful.length === 0 ? [] : [`doubtful         ${doubtful.length} spans, ${spanText(report)}`]),
    `page             ${page}`,
  ].join('\n');
}

function figures({
  first,
  second,
  volumeMatchedShare,
  tradesMatched,
  clocks,
  latency,
  books,
}: ReconcileReport): string[] {
  const { offsetMs, drift, steps } = clocks;
  const clockText = offsetMs
    ? `${second.name} ${ms(offsetMs.median)} ahead (${ms(offsetMs.least)} to ${ms(offsetMs.greatest)}), drift ${drift ? `${drift.ppm.toFixed(1)} ppm` : 'not known'}, set ${steps.length} times`
    : 'not known';
  return [
    `volume in both   ${volumeMatchedShare === null ? '-' : percent(volumeMatchedShare)}`,
    `trades in both   ${tradesMatched ? `${percent(tradesMatched.share)} of ${count(tradesMatched.of)} (95 %: ${percent(tradesMatched.low)} to ${percent(tradesMatched.high)})` : '-'}`,
    `${first.name.padEnd(16)} ${feedText(first)}`,
    `${second.name.padEnd(16)} ${feedText(second)}`,
    `clocks           ${clockText}${clocks.isKnown ? '' : '; nothing stands out, equal clocks were assumed'}`,
    ...(latency.relativeMs
      ? [
          `stamps           ${ms(latency.relativeMs.p5)} to ${ms(latency.relativeMs.p95)} from the minute's offset, nine in ten`,
        ]
      : []),
    books?.best && books.bestWithin
      ? `best prices      the same at ${percent(books.bestWithin.share)} of ${count(books.compared)} moments within the window, at ${percent(books.best.share)} exactly then`
      : 'best prices      no two books at one time',
  ];
}

function feedText({ trades, contracts, onlyTrades, onlyContracts, repeated }: FeedReport): string {
  const twice = repeated.estimatedTrades >= 1 ? `, some ${count(Math.round(repeated.estimatedTrades))} told twice` : '';
  return `${count(trades)} trades, ${count(contracts)} contracts; only here ${count(onlyTrades)} trades, ${count(onlyContracts)} contracts${twice}`;
}

function spanText({ doubtful }: ReconcileReport): string {
  const longest = [...doubtful].sort((a, b) => length(b) - length(a))[0]!;
  return `${ms(doubtful.reduce((sum, one) => sum + length(one), 0))} in all; longest ${clock(longest.fromNs)} to ${clock(longest.toNs)}: ${longest.why}`;
}

function length({ fromNs, toNs }: { readonly fromNs: string; readonly toNs: string }): number {
  return Number(BigInt(toNs) - BigInt(fromNs)) / 1e6;
}
