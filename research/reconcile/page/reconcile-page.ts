import { facts, folded, type Html, html, list, table } from '../../page/html.js';
import { selfContainedPage } from '../../page/self-contained-page.js';
import type { FeedReport, ReconcileReport } from '../report.js';
import { clock, count, ms, percent } from '../wording.js';
import { bestPlot, latencyPlot, levelsPlot, matchedPlot, offsetPlot, onlyPlot } from './plots.js';

/** Two captures of a trade date as one page: first whether they agree, then on what, and where not. */
export function reconcilePage(report: ReconcileReport): string {
  const { instrument, tradeDate, synthetic, first, second } = report;
  return selfContainedPage({
    title: `${instrument}, ${tradeDate}: ${first.name} and ${second.name}`,
    synthetic,
    css: CSS,
    main: html`${headline(report)}
${tradesSection(report)}
${clocksSection(report)}
${booksSection(report)}
${feedsSection(report)}
${methodSection(report)}`,
  });
}

/** Lines over a whole date are thin, or its minutes run together. */
const CSS = `
.wide-plot { overflow-x: auto; }
.wide-plot svg { min-width: 38rem; }
.wide-plot .candidate-line, .wide-plot .prior-line { stroke-width: 1.5; stroke-dasharray: none; }
.key.against { border-top-color: var(--against); }
.wide-plot .prior-line { opacity: 0.75; }
.key.prior.solid { border-top-style: solid; }
`;

const WORDS = {
  agree: 'they agree',
  doubtful: 'doubtful',
  incomparable: 'nothing to compare',
} as const;

function headline(report: ReconcileReport): Html {
  const { instrument, tradeDate, verdict, findings, first, second, clocks, books, latency, doubtful } = report;
  const tiles: readonly (readonly [string, string, string])[] = [
    ['volume in both', shareText(report.volumeMatchedShare), `${count(first.matchedContracts)} contracts`],
    ['trades in both', shareText(report.tradesMatched?.share ?? null), interval(report.tradesMatched)],
    [
      'same best prices',
      shareText(books?.bestWithin?.share ?? null),
      books ? `exactly then: ${shareText(books.best?.share ?? null)}` : 'no books to compare',
    ],
    ['clocks', clocks.offsetMs ? ms(clocks.offsetMs.median) : '-', `${second.name} ahead, median minute`],
    [
      'spread of stamps',
      latency.relativeMs ? ms(latency.relativeMs.p95 - latency.relativeMs.p5) : '-',
      'nine in ten trades',
    ],
  ];
  return html`<header>
<h1>${instrument}, ${tradeDate}: ${first.name} and ${second.name}</h1>
<p class="quiet">two captures of one market, taken independently; times are by the clock of ${first.name}</p>
<p><span class="verdict ${verdict === 'agree' ? 'pass' : 'hold'}">${WORDS[verdict]}</span></p>
${findings.length === 0 ? html`<p>Both tell the same market, within every threshold.</p>` : list(findings.map(({ sentence }) => sentence))}
<div class="tiles">${tiles.map(([name, value, note]) => html`<div class="tile"><span>${name}</span><strong>${value}</strong><span>${note}</span></div>`)}</div>
${
  doubtful.length === 0
    ? ''
    : folded(
        `${doubtful.length} doubtful ${doubtful.length === 1 ? 'span' : 'spans'}, ${ms(doubtful.reduce((sum, { fromNs, toNs }) => sum + Number(BigInt(toNs) - BigInt(fromNs)) / 1e6, 0))} in all`,
        table('Parts that training and backtest may leave out', doubtful, [
          { title: 'from', cell: ({ fromNs }) => clock(fromNs) },
          { title: 'to', cell: ({ toNs }) => clock(toNs) },
          { title: 'why', cell: ({ why }) => why },
        ]),
      )
}
</header>`;
}

function tradesSection(report: ReconcileReport): Html {
  const { first, second, minutes, sameAggressor } = report;
  if (minutes.length === 0) return html`<section><h2>Trades</h2><p>There are none to compare.</p></section>`;
  return html`<section><h2>Trades</h2>
<figure class="wide-plot">${matchedPlot(report)}<figcaption><span class="key"></span>minute by minute; the dashed line is the least that is allowed</figcaption></figure>
${table(
  'What each feed has',
  [first, second],
  [
    { title: 'feed', cell: ({ name }) => name },
    { title: 'trades', cell: ({ trades }) => count(trades), numeric: true },
    { title: 'contracts', cell: ({ contracts }) => count(contracts), numeric: true },
    { title: 'in both, contracts', cell: ({ matchedContracts }) => count(matchedContracts), numeric: true },
    {
      title: 'share',
      cell: ({ matchedContracts, contracts }) => shareText(contracts ? matchedContracts / contracts : null),
      numeric: true,
    },
    { title: 'told as one, or apart', cell: ({ groupedTrades }) => count(groupedTrades), numeric: true },
    { title: 'in part', cell: ({ partTrades }) => count(partTrades), numeric: true },
    { title: 'only here, trades', cell: ({ onlyTrades }) => count(onlyTrades), numeric: true },
    { title: 'contracts', cell: ({ onlyContracts }) => count(onlyContracts), numeric: true },
    { title: 'told twice, about', cell: ({ repeated }) => count(Math.round(repeated.estimatedTrades)), numeric: true },
  ],
)}
<p class="quiet">${sameAggressor ? `The aggressor is the same in ${percent(sameAggressor.share)} of ${count(sameAggressor.of)} matched trades for which both feeds name one.` : 'The feeds do not both name aggressors.'}</p>
<h3>In one feed only</h3>
<figure class="wide-plot">${onlyPlot(report)}<figcaption><span class="key"></span>only ${first.name}, upwards <span class="key against"></span>only ${second.name}, downwards</figcaption></figure>
${[first, second].map(onlyTable)}
</section>`;
}

const SPANS_SHOWN = 12;

function onlyTable({ name, onlySpans, onlySpansLeftOut: left }: FeedReport): Html {
  if (onlySpans.length === 0) return html`<p>Everything that ${name} has is in the other feed too.</p>`;
  const largest = [...onlySpans].sort((a, b) => b.contracts - a.contracts);
  const columns = [
    { title: 'from', cell: ({ fromNs }: (typeof largest)[number]) => clock(fromNs) },
    { title: 'to', cell: ({ toNs }: (typeof largest)[number]) => clock(toNs) },
    { title: 'trades', cell: ({ trades }: (typeof largest)[number]) => count(trades), numeric: true },
    { title: 'contracts', cell: ({ contracts }: (typeof largest)[number]) => count(contracts), numeric: true },
  ];
  const all = onlySpans.length + left.spans;
  const rest = largest.slice(SPANS_SHOWN);
  return html`${table(`Only ${name}: the ${Math.min(SPANS_SHOWN, all)} largest of ${count(all)} spans`, largest.slice(0, SPANS_SHOWN), columns)}
${rest.length === 0 ? '' : folded(`${count(rest.length)} more${left.spans > 0 ? `, and ${count(left.spans)} that are left out (${count(left.contracts)} contracts)` : ''}`, table(`Only ${name}, the others`, rest, columns))}`;
}

function clocksSection(report: ReconcileReport): Html {
  const { clocks, latency, second } = report;
  if (clocks.offsetMs === null || latency.histogram === null)
    return html`<section><h2>Clocks</h2><p>Too few trades are in both feeds to tell how the clocks stand.</p></section>`;
  const { offsetMs, drift, steps } = clocks;
  return html`<section><h2>Clocks and delays</h2>
<p>What is seen is the difference of two stamps: a clock that is wrong and a feed that is late look alike, and only what changes tells them apart.</p>
<figure class="wide-plot">${offsetPlot(report)}<figcaption><span class="key"></span>stamp of ${second.name} less the other, median of each minute${steps.length > 0 ? '; dashed: a clock was set' : ''}</figcaption></figure>
<div class="plots"><figure>${latencyPlot(report)}<figcaption>${count(latency.pairs)} matched trades</figcaption></figure>
<div>${facts([
    ['offset, least to greatest minute', `${ms(offsetMs.least)} to ${ms(offsetMs.greatest)}`],
    [
      'drift',
      drift
        ? `${drift.ppm.toFixed(1)} ppm (${drift.low.toFixed(1)} to ${drift.high.toFixed(1)}), ${count(drift.minutes)} minutes`
        : 'too few minutes',
    ],
    [
      'clock set',
      steps.length === 0
        ? 'never'
        : steps.map(({ atNs, beforeMs, afterMs }) => `${clock(atNs)}: ${ms(beforeMs)} to ${ms(afterMs)}`).join('; '),
    ],
    ['from the offset: p5, p50, p95, p99', four(latency.relativeMs)],
    ['as stamped: p5, p50, p95, p99', four(latency.absoluteMs)],
    [
      'clocks set by',
      clocks.isKnown
        ? `${count(clocks.pairs)} pairs that cannot be mistaken`
        : 'nothing that stands out: equal clocks were assumed',
    ],
  ])}</div></div>
</section>`;
}

function booksSection(report: ReconcileReport): Html {
  const { books, first, second, options } = report;
  if (books === null || books.compared === 0)
    return html`<section><h2>Books</h2><p>There were no two books at one time to compare.</p></section>`;
  const key = html`<figcaption><span class="key"></span>at any moment within ${ms(options.bookWindowMs)} <span class="key prior solid"></span>exactly then</figcaption>`;
  return html`<section><h2>Books</h2>
<figure class="wide-plot">${bestPlot(report)}${key}</figure>
<figure class="wide-plot">${levelsPlot(report)}${key}</figure>
${table('Level by level, both sides', books.levels, [
  { title: 'level', cell: ({ level }) => String(level) },
  { title: 'compared', cell: ({ compared }) => count(compared), numeric: true },
  { title: 'same price', cell: ({ samePrice }) => percent(samePrice), numeric: true },
  { title: 'price and size', cell: ({ same }) => percent(same), numeric: true },
  { title: 'same price, within', cell: ({ samePriceWithin }) => percent(samePriceWithin), numeric: true },
  { title: 'price and size, within', cell: ({ sameWithin }) => percent(sameWithin), numeric: true },
])}
${facts([
  ['moments of the grid', `${count(books.moments)}, every ${ms(options.gridMs)}`],
  ['compared', count(books.compared)],
  [`no valid book of ${first.name}`, count(books.voidFirst)],
  [`no valid book of ${second.name}`, count(books.voidSecond)],
  ['nothing said for a minute', count(books.idle)],
  ['best prices within, 95 %', interval(books.bestWithin)],
])}
</section>`;
}

function feedsSection({ first, second }: ReconcileReport): Html {
  return html`<section><h2>What was captured</h2>
${table(
  'By its own clock',
  [first, second],
  [
    { title: 'feed', cell: ({ name, synthetic }) => `${name}${synthetic ? ' (SYNTHETIC)' : ''}` },
    { title: 'events', cell: ({ events }) => count(events), numeric: true },
    { title: 'depth', cell: ({ depthEvents }) => count(depthEvents), numeric: true },
    { title: 'gaps', cell: ({ gaps }) => count(gaps), numeric: true },
    { title: 'book begun anew', cell: ({ resets }) => count(resets), numeric: true },
    { title: 'first', cell: ({ firstNs }) => (firstNs ? clock(firstNs) : '-'), numeric: true },
    { title: 'last', cell: ({ lastNs }) => (lastNs ? clock(lastNs) : '-'), numeric: true },
  ],
)}</section>`;
}

function methodSection({ options, thresholds }: ReconcileReport): Html {
  const pairs = (values: Readonly<Record<string, number>>) =>
    Object.entries(values).map(([name, value]) => [name, String(value)] as const);
  return html`<section><h2>How it was done</h2>
<p>Clocks are set by what cannot be mistaken, minute by minute; trades of one price are then put side by side in order at the least cost, sums of neighbours included; books are compared on one grid of times. docs/reconcile.md has the method and its limits.</p>
${folded('Options and thresholds', facts([...pairs(options), ...pairs(thresholds)]))}</section>`;
}

function shareText(value: number | null): string {
  return value === null ? '-' : percent(value);
}

function interval(rate: ReconcileReport['tradesMatched']): string {
  return rate === null ? '-' : `${percent(rate.low)} to ${percent(rate.high)} of ${count(rate.of)}`;
}

function four(values: ReconcileReport['latency']['relativeMs']): string {
  return values === null ? '-' : [values.p5, values.p50, values.p95, values.p99].map(ms).join(', ');
}
