import { type Html, html, table } from '../../page/html.js';
import { at } from '../../page/plot-axis.js';
import { frame } from '../../page/plot-frame.js';
import { selfContainedPage } from '../../page/self-contained-page.js';
import type { MonitorReport } from '../report.js';

/** Monitored dates of a contract, the newest last, as one page. */
export function trendPage(instrument: string, reports: readonly MonitorReport[]): string {
  const [first, last] = [reports[0]!, reports.at(-1)!];
  const losses = new Set(reports.flatMap(({ model }) => model.heads.map(({ head }) => head)));
  return selfContainedPage({
    title: `Monitor: ${instrument}, ${first.tradeDate} to ${last.tradeDate}`,
    synthetic: reports.some(({ synthetic }) => synthetic),
    main: html`<h1>${instrument}, ${first.tradeDate} to ${last.tradeDate}</h1>
<p class="quiet">${reports.length} monitored dates; live = replay, bit for bit, on the last ${last.cleanDays} of them</p>
${trendPlots(reports, [...losses])}
${table('Each date, the newest first', [...reports].reverse(), [
  { title: 'trade date', cell: ({ tradeDate }) => tradeDate },
  { title: 'release', cell: ({ modelVersion }) => (modelVersion === null ? '-' : `v${modelVersion}`) },
  { title: 'decisions', cell: ({ parity }) => parity.compared.toLocaleString('en-US'), numeric: true },
  { title: 'different', cell: ({ parity }) => String(parity.different + parity.onlyLive), numeric: true },
  { title: 'net ticks', cell: ({ execution }) => execution.live.netTicks?.toFixed(1) ?? '-', numeric: true },
  {
    title: 'fill rate',
    cell: ({ execution: { live } }) => (live.fillRate === null ? '-' : `${(100 * live.fillRate).toFixed(0)} %`),
    numeric: true,
  },
  { title: 'events', cell: ({ data }) => data.events.toLocaleString('en-US'), numeric: true },
  { title: 'to look at', cell: ({ findings }) => findings.map(({ alarm }) => alarm).join(', ') },
])}`,
  });
}

/** The same plots on every page of the monitor. */
export function trendPlots(reports: readonly MonitorReport[], heads: readonly string[]): Html {
  let live = 0;
  let promised = 0;
  const equity = reports.map(({ execution }) => (live += execution.live.netTicks ?? 0));
  const gate = reports.map(({ execution }) => (promised += execution.promised?.netTicks ?? 0));
  return html`<div class="plots">
<figure>${linePlot(reports, 'net ticks, cumulative', equity, gate)}<figcaption><span class="key"></span>live <span class="key prior"></span>what the gate promised on average</figcaption></figure>
${heads.map((head) => {
  const of = (report: MonitorReport) => report.model.heads.find((one) => one.head === head);
  const known = reports.filter((report) => of(report));
  return html`<figure>${linePlot(
    known,
    `log loss of ${head}`,
    known.map((report) => of(report)!.logLoss),
    known.map((report) => of(report)!.promised?.logLoss ?? Number.NaN),
    false,
  )}<figcaption><span class="key"></span>live <span class="key prior"></span>promised by the gate</figcaption></figure>`;
})}
</div>`;
}

function linePlot(
  reports: readonly MonitorReport[],
  title: string,
  live: readonly number[],
  promised: readonly number[],
  hasZero = true,
): Html {
  const all = [...live, ...promised, ...(hasZero ? [0] : [])].filter((value) => !Number.isNaN(value));
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const room = 0.08 * (high - low || 1);
  const every = Math.max(1, Math.ceil(reports.length / 3));
  const { x, y, drawing } = frame({
    description: `${title} on ${reports.length} trade dates, now ${live.at(-1)!.toFixed(3)}`,
    ...{ xTitle: 'trade date', yTitle: title },
    xRange: [0, Math.max(1, reports.length - 1)],
    yRange: [low - room, high + room],
    xLabels: reports.flatMap(({ tradeDate }, i) => (i % every === 0 ? [{ value: i, text: tradeDate }] : [])),
    yText: (value) => Number(value.toPrecision(4)).toString(),
  });
  const line = (kind: string, values: readonly number[]) => {
    const points = values.flatMap((value, i) => (Number.isNaN(value) ? [] : [`${at(x(i))},${at(y(value))}`]));
    return html`<polyline class="${kind}" points="${points.join(' ')}"/>`;
  };
  const dots = live.map(
    (value, i) => html`<circle class="candidate-fill" r="3" cx="${at(x(i))}" cy="${at(y(value))}"/>`,
  );
  return drawing([line('prior-line', promised), line('candidate-line', live), ...dots]);
}
