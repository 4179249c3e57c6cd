import { readFileSync } from 'node:fs';
import { facts, Html, hash, html, table } from '../../page/html.js';
import { selfContainedPage } from '../../page/self-contained-page.js';
import type { BacktestDay } from '../backtest-day.js';
import { type BacktestSummary, inOrder } from '../backtest-report.js';
import type { BacktestSettings } from '../backtest-settings.js';
import type { Markout } from '../markouts.js';
import { dayPlot } from './day-plot.js';
import { drawdownPlot, equityPlot } from './equity-plot.js';
import { markoutPlot } from './markout-plot.js';
import { tradePlot } from './trade-plot.js';

export interface ReportFacts {
  readonly summary: BacktestSummary;
  readonly days: readonly BacktestDay[];
  readonly settings: BacktestSettings;
  readonly tickSize: number;
  /** Whose heads decided. */
  readonly release: string;
}

const css = readFileSync(new URL('./report.css', import.meta.url), 'utf8');
const LIMITS = new Html(
  'The recorded market does not notice these orders. What each fill model assumes, and where it is wrong, is in docs/backtest.md.',
);

/** The backtest as one page. */
export function reportPage(facts: ReportFacts): string {
  const { summary, days, settings, release, tickSize } = facts;
  const ordered = inOrder(days);
  const busiest = ordered.reduce((a, b) => (b.fills.length > a.fills.length ? b : a));
  const title = `Backtest: ${summary.instrument}, ${ordered[0]!.tradeDate} to ${ordered.at(-1)!.tradeDate}`;
  const { synthetic } = summary;
  const main = html`<h1>${title}</h1>
${headline(summary)}
<div class="plots pairs">
<figure>${equityPlot(ordered)}<figcaption>Profit since the start, net of fees, positions at the mid.</figcaption></figure>
<figure>${drawdownPlot(ordered)}<figcaption>Fall from the highest profit so far.</figcaption></figure>
<figure>${markoutPlot(summary.markouts)}<figcaption>Mid after a fill against the price paid, before fees: below zero the market moved against the fill.</figcaption></figure>
<figure>${dayPlot(ordered)}<figcaption>Profit of each trade date, net.</figcaption></figure>
</div>
${busiest.fills.length > 0 ? executions(busiest, tickSize) : html`<p>There was no execution.</p>`}
${dayTable(ordered)}
<section><h2>How it was traded</h2>${settingsFacts(settings, release)}<p>${LIMITS}</p></section>`;
  return selfContainedPage({ title, synthetic, main, css });
}

function executions(day: BacktestDay, tickSize: number): Html {
  return html`<div class="plots wide"><figure>${tradePlot(day, tickSize)}<figcaption>Executions of ${day.tradeDate}, the busiest date: bought <span class="key"></span>sold <span class="key against"></span>hollow: it rested.</figcaption></figure>
</div>`;
}

function headline(summary: BacktestSummary): Html {
  const { pnl, fees, trades, roundTrips, fillRate, makerShare, maxDrawdown, orders, decisions, events } = summary;
  return facts([
    ['profit, net', money(pnl)],
    ['fees', money(fees)],
    ['largest drawdown', money(maxDrawdown)],
    ['executions', `${count(trades)} in ${count(roundTrips)} round trips`],
    [
      'fill rate',
      fillRate === null ? '-' : `${percent(fillRate)} of the contracts asked for, by ${count(orders)} orders`,
    ],
    ['rested', makerShare === null ? '-' : `${percent(makerShare)} of the executed contracts`],
    ['markouts', summary.markouts.map(markoutText).join(', ')],
    ['decisions', `${count(decisions)} on ${count(events)} events`],
    ['digest', hash(summary.digest)],
  ]);
}

function markoutText({ seconds, meanTicks }: Markout): string {
  return `${seconds} s ${meanTicks === null ? '-' : meanTicks.toFixed(2)}`;
}

function dayTable(days: readonly BacktestDay[]): Html {
  type Day = BacktestDay;
  return html`<section><h2>Days</h2>${table('Each trade date', days, [
    { title: 'trade date', cell: (day: Day) => day.tradeDate },
    { title: 'profit, net', cell: (day: Day) => money(day.pnl), numeric: true },
    { title: 'fees', cell: (day: Day) => money(day.fees), numeric: true },
    { title: 'executions', cell: (day: Day) => count(day.fills.length), numeric: true },
    { title: 'round trips', cell: (day: Day) => count(day.roundTrips), numeric: true },
    { title: 'largest drawdown', cell: (day: Day) => money(day.maxDrawdown), numeric: true },
    { title: 'digest', cell: (day: Day) => html`<code>${day.digest.slice(0, 16)}</code>` },
  ])}</section>`;
}

function settingsFacts(settings: BacktestSettings, release: string): Html {
  const { queue, entryLatency, responseLatency, feedLatency } = settings;
  return facts([
    ['heads', release],
    ['entry', settings.entry],
    ['queue model', queue.kind === 'none' ? 'conservative: only trades move an order forward' : JSON.stringify(queue)],
    [
      'latency',
      `feed ${latencyText(feedLatency)}, order ${latencyText(entryLatency)}, answer ${latencyText(responseLatency)}`,
    ],
    ['fee', `${settings.feePerContract} a contract and side`],
    ['slippage', `${settings.slippageTicks} ticks on what takes liquidity`],
    [
      'hours',
      settings.session === 'all' ? 'all' : `regular, flat ${settings.flattenBeforeCloseSeconds} s before their end`,
    ],
  ]);
}

function latencyText(spec: BacktestSettings['entryLatency']): string {
  return spec.kind === 'constant'
    ? `${spec.ns / 1e6} ms`
    : `${spec.medianNs / 1e6} ms (log-normal, sigma ${spec.sigma})`;
}

function money(amount: number): string {
  return amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
