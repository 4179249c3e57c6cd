import type { z } from 'zod';
import { wilsonInterval } from '../gate/statistics/wilson.js';
import { type ComparedBooks, compareBooks } from './books/compare-books.js';
import { coarseOffsets } from './clock/coarse-offset.js';
import { driftOf } from './clock/drift.js';
import { LandmarkIndex, landmarksOf } from './clock/landmarks.js';
import { histogramMs, type Latencies, latenciesOf, percentilesMs, toMs } from './clock/latency.js';
import { type Clocks, clocksOf, MINUTE_NS } from './clock/minute-offsets.js';
import { median } from './clock/robust.js';
import type { Feed } from './feed.js';
import { feedReport } from './feed-report.js';
import { type Judgement, judge } from './findings.js';
import { type Minute, matchedShare, minutesOf } from './minutes.js';
import { type Rate, type ReconcileReport, reconcileReport } from './report.js';
import { silencesOf } from './silences.js';
import { mergedSpans } from './spans.js';
import { reconcileOptions, thresholds as thresholdsSchema } from './thresholds.js';
import { matchTrades } from './trades/match-trades.js';
import type { Matched } from './trades/matched.js';
import { CommonBase, type ReadFeed, readFeed } from './trades/trade-tape.js';

export interface Reconciliation {
  readonly instrument: string;
  readonly tradeDate: string;
  /** Points of a tick; the same of both feeds. */
  readonly tickSize: number;
  readonly first: Feed;
  readonly second: Feed;
  readonly options?: z.input<typeof reconcileOptions> | undefined;
  readonly thresholds?: z.input<typeof thresholdsSchema> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** What is done now, and how much of it: events read, or the share of the books compared. */
  readonly onProgress?: ((stage: 'trades' | 'matching' | 'books', done: number) => void) | undefined;
}

/** Lays two captures side by side. Every time in the report is by the first feed's clock. */
export async function reconcile(asked: Reconciliation): Promise<ReconcileReport> {
  const { first, second, signal, onProgress } = asked;
  const options = reconcileOptions.parse(asked.options ?? {});
  const thresholds = thresholdsSchema.parse(asked.thresholds ?? {});
  const base = new CommonBase();
  let events = 0;
  const onEvents = (count: number) => {
    events += count;
    onProgress?.('trades', events);
  };
  const a = await readFeed(first, base, { signal, onEvents });
  const b = await readFeed(second, base, { signal, onEvents });

  onProgress?.('matching', 0);
  const landmarks = landmarksOf(a.tape);
  const others = new LandmarkIndex(landmarksOf(b.tape));
  const clocks = clocksOf(landmarks, others, coarseOffsets(landmarks, others, options.offsetRangeMs * 1e6));
  const matched = matchTrades(a.tape, b.tape, clocks.curve, matchOptions(options, clocks), signal);

  const books = await booksOf(asked, base, a, b, clocks, options);
  return new Report(asked, base.ns, options, thresholds, a, b, clocks, matched, books).build();
}

/** Stamps are kept to the microsecond at best: pairs are never taken to be nearer than that tells. */
const SCATTER_NS_MIN = 500_000;

function matchOptions({ tradeWindowMs, groupMs }: z.output<typeof reconcileOptions>, { scatterNs }: Clocks) {
  return { windowNs: tradeWindowMs * 1e6, groupNs: groupMs * 1e6, scatterNs: Math.max(SCATTER_NS_MIN, scatterNs) };
}

async function booksOf(
  { first, second, signal, onProgress }: Reconciliation,
  base: CommonBase,
  a: ReadFeed,
  b: ReadFeed,
  { curve }: Clocks,
  { gridMs, bookWindowMs }: z.output<typeof reconcileOptions>,
): Promise<ComparedBooks | null> {
  if (a.depth === 0 || b.depth === 0 || a.tape.length === 0 || b.tape.length === 0) return null;
  const [from, to] = [Math.max(a.firstNs, curve.toFirst(b.firstNs)), Math.min(a.lastNs, curve.toFirst(b.lastNs))];
  return compareBooks(first, second, base, curve, [from, to], {
    gridNs: gridMs * 1e6,
    // Windows of two moments must not overlap.
    windowNs: Math.min(bookWindowMs, gridMs / 2 - 1e-3) * 1e6,
    signal,
    onMoment: (ns) => onProgress?.('books', (ns - from) / (to - from || 1)),
  });
}

class Report {
  private readonly latencies: Latencies;
  private readonly minutes: readonly Minute[];
  private readonly timeOf: (ns: number) => string;

  constructor(
    private readonly asked: Reconciliation,
    baseNs: bigint,
    private readonly options: z.output<typeof reconcileOptions>,
    private readonly thresholds: z.output<typeof thresholdsSchema>,
    private readonly a: ReadFeed,
    private readonly b: ReadFeed,
    private readonly clocks: Clocks,
    private readonly matched: Matched,
    private readonly compared: ComparedBooks | null,
  ) {
    this.timeOf = (ns) => String(baseNs + BigInt(Math.round(ns)));
    this.latencies = latenciesOf(matched, (ns) => clocks.curve.offsetAt(ns));
    this.minutes = minutesOf(matched, this.latencies, compared);
  }

  build(): ReconcileReport {
    const { asked, options, matched, timeOf } = this;
    const first = feedReport(asked.first, this.a, matched.first, options, timeOf);
    const second = feedReport(asked.second, this.b, matched.second, options, timeOf);
    const books = this.booksPart();
    const drift = driftOf(this.offsets(), this.clocks.curve.knots);
    const share = matchedShare(first, second);
    const isComparable = first.trades > 0 && second.trades > 0;
    const judgements = isComparable ? this.judgements(first, second, share, drift, books) : missing([first, second]);
    return reconcileReport.parse({
      kind: 'believe.reconcile-report',
      version: 1,
      ...{ instrument: asked.instrument, tradeDate: asked.tradeDate, tickSize: asked.tickSize },
      synthetic: first.synthetic || second.synthetic,
      verdict: !isComparable ? 'incomparable' : judgements.length > 0 ? 'doubtful' : 'agree',
      ...{ options, thresholds: this.thresholds, first, second },
      clocks: { ...this.clocksPart(), drift },
      volumeMatchedShare: share,
      tradesMatched: rate(first.matchedTrades + second.matchedTrades, first.trades + second.trades),
      sameAggressor: rate(matched.sameSide, matched.sided),
      latency: {
        pairs: this.latencies.absolute.length,
        absoluteMs: percentilesMs(this.latencies.absolute),
        relativeMs: percentilesMs(this.latencies.relative),
        histogram: histogramMs(this.latencies.relative),
      },
      books,
      minutes: this.minutes.map(({ index, report }) => ({ startNs: timeOf(index * MINUTE_NS), ...report })),
      findings: judgements.map(({ finding }) => finding),
      doubtful: mergedSpans(judgements.flatMap(({ spans }) => spans)).map(({ fromNs, toNs, why }) => ({
        ...{ fromNs: timeOf(fromNs), toNs: timeOf(toNs), why },
      })),
    } satisfies z.input<typeof reconcileReport>);
  }

  private judgements(
    first: ReconcileReport['first'],
    second: ReconcileReport['second'],
    volumeMatchedShare: number | null,
    drift: ReturnType<typeof driftOf>,
    books: ReconcileReport['books'],
  ): Judgement[] {
    const { matched, thresholds, clocks, minutes, timeOf } = this;
    const { silentSecondsMax, silentTradesMin } = thresholds;
    const silences = (feed: string, silent: Matched['first'], other: Matched['first']) =>
      silencesOf(silent, other, silentSecondsMax * 1e9, silentTradesMin).map((silence) => ({ feed, silence }));
    const [x, y] = [matched.first.ns, matched.second.ns];
    return judge({
      ...{ thresholds, first, second, volumeMatchedShare, minutes, drift, timeOf },
      isClockKnown: clocks.isKnown,
      offsetRangeMs: this.options.offsetRangeMs,
      silences: [
        ...silences(first.name, matched.first, matched.second),
        ...silences(second.name, matched.second, matched.first),
      ],
      knots: clocks.curve.knots,
      bestWithin: books?.bestWithin ?? null,
      wholeNs: [Math.min(x[0]!, y[0]!), Math.max(x.at(-1)!, y.at(-1)!)],
    });
  }

  private offsets() {
    return [...this.latencies.offsetOfMinute].map(([minute, offsetNs]) => ({
      ...{ ns: (minute + 0.5) * MINUTE_NS, offsetNs },
    }));
  }

  private clocksPart() {
    const { isKnown, pairs, scatterNs, curve } = this.clocks;
    const offsets = this.offsets().map(({ offsetNs }) => offsetNs);
    return {
      ...{ isKnown, pairs, scatterMs: toMs(scatterNs) },
      offsetMs:
        offsets.length === 0
          ? null
          : {
              ...{ median: toMs(median(offsets)), least: toMs(Math.min(...offsets)) },
              greatest: toMs(Math.max(...offsets)),
            },
      steps: curve.knots.flatMap(({ ns, offsetNs, isStep }, i) =>
        isStep
          ? [{ atNs: this.timeOf(ns), beforeMs: toMs(curve.knots[i - 1]!.offsetNs), afterMs: toMs(offsetNs) }]
          : [],
      ),
    };
  }

  private booksPart(): ReconcileReport['books'] {
    const { compared } = this;
    if (compared === null) return null;
    const { moments, voidFirst, voidSecond, idle, levels } = compared;
    const minutes = [...compared.minutes.values()];
    const of = minutes.reduce((sum, minute) => sum + minute.moments, 0);
    return {
      ...{ moments, compared: of, voidFirst, voidSecond, idle },
      best: rate(
        minutes.reduce((sum, { best }) => sum + best, 0),
        of,
      ),
      bestWithin: rate(
        minutes.reduce((sum, { bestWithin }) => sum + bestWithin, 0),
        of,
      ),
      levels: levels
        .filter((level) => level.compared > 0)
        .map(({ compared: all, samePrice, same, samePriceWithin, sameWithin }, i) => ({
          ...{ level: i + 1, compared: all, samePrice: samePrice / all, same: same / all },
          ...{ samePriceWithin: samePriceWithin / all, sameWithin: sameWithin / all },
        })),
    };
  }
}

function rate(cases: number, of: number): Rate {
  return of === 0 ? null : { share: cases / of, ...wilsonInterval(cases, of), of };
}

function missing(feeds: readonly ReconcileReport['first'][]): Judgement[] {
  return feeds
    .filter(({ trades }) => trades === 0)
    .map(({ name, events }) => ({
      finding: {
        kind: 'FeedMissing' as const,
        sentence: events === 0 ? `${name} has no events.` : `${name} has ${events} events, and no trade among them.`,
        ...{ fromNs: null, toNs: null },
      },
      spans: [],
    }));
}
