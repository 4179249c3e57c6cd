import { facts, folded, type Html, html, list, table } from '../../page/html.js';
import { selfContainedPage } from '../../page/self-contained-page.js';
import type { MonitorReport } from '../report.js';

/** The report of a day as one page: first whether all is well, then why. */
export function monitorPage(report: MonitorReport): string {
  const { instrument, tradeDate, synthetic } = report;
  return selfContainedPage({
    title: `Monitor: ${instrument}, ${tradeDate}`,
    synthetic,
    main: html`${headline(report)}
${paritySection(report)}
${modelSection(report)}
${executionSection(report)}
${driftSection(report)}
${dataSection(report)}`,
  });
}

function headline({
  instrument,
  tradeDate,
  findings,
  createdAt,
  modelVersion,
  cleanDays,
  execution,
  data,
}: MonitorReport): Html {
  const isWell = findings.length === 0;
  const tiles: readonly (readonly [string, string, string])[] = [
    ['live = replay', `${cleanDays} day${cleanDays === 1 ? '' : 's'}`, 'in a row, bit for bit'],
    ['net result', number(execution.live.netTicks, 1, ' ticks'), promised(execution)],
    ['fill rate', share(execution.live.fillRate), `backtest ${share(execution.backtest?.fillRate ?? null)}`],
    ['slippage', number(execution.live.slippageTicks, 2, ' ticks'), 'a contract, against the mid of the decision'],
    ['events', count(data.events), `${count(data.trades)} trades, ${data.gaps} gaps`],
  ];
  return html`<header>
<h1>${instrument}, ${tradeDate}</h1>
<p class="quiet">${modelVersion === null ? 'no release traded' : `release v${modelVersion}`}, looked at ${createdAt.slice(0, 16).replace('T', ' ')} UTC</p>
<p><span class="verdict ${isWell ? 'pass' : 'hold'}">${isWell ? 'all is well' : `${findings.length} to look at`}</span></p>
${isWell ? html`<p>Every decision is that of the replay, and nothing has changed that chance does not explain.</p>` : list(findings.map(({ alarm, sentence, look }) => `${alarm}: ${sentence} See: ${look}`))}
<div class="tiles">${tiles.map(([name, value, note]) => html`<div class="tile"><span>${name}</span><strong>${value}</strong><span>${note}</span></div>`)}</div>
</header>`;
}

function promised({ promised: said }: MonitorReport['execution']): string {
  if (!said) return 'the gate promised nothing';
  const range = said.range ? ` (${said.range.low.toFixed(0)} to ${said.range.high.toFixed(0)})` : '';
  return `the gate promised ${said.netTicks.toFixed(0)} a date${range}`;
}

function paritySection({ parity }: MonitorReport): Html {
  const { logged, compared, different, onlyLive, onlyReplay, replayedFrom, first } = parity;
  return html`<section><h2>Live = replay</h2>
<p>The captured events went through the code and the release that traded, from the store. Features, probabilities, edge, target and reason of every logged decision were compared to the last bit.</p>
${facts([
  ['decisions in the log', count(logged)],
  ['compared', count(compared)],
  ['not the same', count(different)],
  ['logged, and not made by the replay', count(onlyLive)],
  ['made by the replay, and not logged (the bridge was stopped)', count(onlyReplay)],
  ['replayed from', replayedFrom ?? '-'],
])}
${
  first
    ? table(`The first that differs: after event ${first.seq}`, first.inputs, [
        { title: 'value', cell: ({ name }) => name },
        { title: 'live', cell: ({ live }) => String(live), numeric: true },
        { title: 'replay', cell: ({ replayed }) => String(replayed), numeric: true },
      ])
    : ''
}
</section>`;
}

function modelSection({ model }: MonitorReport): Html {
  if (model.heads.length === 0)
    return html`<section><h2>Model</h2><p>No head had rows enough to be judged on this date.</p></section>`;
  return html`<section><h2>Model</h2>
${table('Forecasts of the date against what the gate promised', model.heads, [
  { title: 'head', cell: ({ head }) => head },
  { title: 'rows', cell: ({ rows }) => count(rows), numeric: true },
  { title: 'log loss', cell: ({ logLoss }) => logLoss.toFixed(4), numeric: true },
  { title: 'promised', cell: ({ promised: said }) => said?.logLoss.toFixed(4) ?? '-', numeric: true },
  {
    title: 'below the shares: 95 % of dates',
    cell: ({ range }) => (range ? `${range.low.toFixed(3)} to ${range.high.toFixed(3)}` : '-'),
    numeric: true,
  },
  { title: 'class shares alone', cell: ({ classPriorLogLoss }) => classPriorLogLoss.toFixed(4), numeric: true },
  {
    title: 'hit rate',
    cell: ({ hitRate, promised: said }) => `${share(hitRate)}${said ? ` (${share(said.hitRate)})` : ''}`,
    numeric: true,
  },
  { title: 'calibration error', cell: ({ calibrationError }) => share(calibrationError), numeric: true },
])}
${
  model.kill.length > 0
    ? table('When to stop trading it', model.kill, [
        { title: 'criterion', cell: ({ sentence }) => sentence },
        {
          title: 'now',
          cell: ({ now, unit }) => (now === null ? 'too few dates' : `${now.toFixed(3)} ${unit}`),
          numeric: true,
        },
        { title: '', cell: ({ isMet }) => (isMet ? 'MET' : 'no') },
      ])
    : ''
}
</section>`;
}

function executionSection({ execution }: MonitorReport): Html {
  const { live, backtest, assumedFeePerContract, queue } = execution;
  const rows = [
    ['orders', count(live.orders), backtest ? count(backtest.orders) : '-'],
    ['contracts filled', count(live.filledContracts), backtest ? count(backtest.filledContracts) : '-'],
    ['fill rate', share(live.fillRate), share(backtest?.fillRate ?? null)],
    ['net result', number(live.netTicks, 1, ' ticks'), number(backtest?.netTicks ?? null, 1, ' ticks')],
    ...live.markouts.map(({ seconds, meanTicks }, at) => [
      `mid ${seconds} s after a fill`,
      number(meanTicks, 2, ' ticks'),
      number(backtest?.markouts[at]?.meanTicks ?? null, 2, ' ticks'),
    ]),
    ['rejected, cancelled', `${live.rejected}, ${live.cancelled}`, ''],
    [
      'sent to filled, median and nine in ten',
      `${number(live.fillMsP50, 0, ' ms')}, ${number(live.fillMsP90, 0, ' ms')}`,
      '',
    ],
    ['fees a contract', number(live.feePerContract, 2, ''), assumedFeePerContract.toFixed(2)],
    ['queue model of the backtest', queue ? `by ${queue.orders} own orders` : '', queueText(queue)],
  ];
  return html`<section><h2>Execution</h2>
${table('What was traded, and what the backtester makes of the same date with the same release', rows, [
  { title: '', cell: ([name]) => name! },
  { title: 'live', cell: ([, value]) => value!, numeric: true },
  { title: 'backtest', cell: ([, , value]) => value!, numeric: true },
])}
</section>`;
}

const FEATURES_SHOWN = 12;

function driftSection({ drift }: MonitorReport): Html {
  const { features, changed, farToday, pairs } = drift;
  if (features.length === 0)
    return html`<section><h2>Features</h2><p>There is nothing to compare: the release knows no reference, or the date has too few rows.</p></section>`;
  const ordered = [...features].sort((a, b) => (a.p ?? 1) - (b.p ?? 1) || b.ks - a.ks);
  const columns = [
    { title: 'feature', cell: (one: (typeof features)[number]) => `${one.head}.${one.feature}` },
    {
      title: 'p of a usual date',
      cell: ({ p }: (typeof features)[number]) =>
        p === null ? 'not known' : p < 0.001 ? p.toExponential(0) : p.toFixed(3),
      numeric: true,
    },
    { title: 'KS', cell: ({ ks }: (typeof features)[number]) => ks.toFixed(2), numeric: true },
    { title: 'PSI', cell: ({ psi }: (typeof features)[number]) => psi.toFixed(2), numeric: true },
    {
      title: 'width',
      cell: ({ widthFactor }: (typeof features)[number]) => `${widthFactor.toFixed(2)} x`,
      numeric: true,
    },
    { title: 'missing', cell: ({ missingShare }: (typeof features)[number]) => share(missingShare), numeric: true },
  ];
  return html`<section><h2>Features against training</h2>
<p>${changed.length > 0 ? `Changed, at one false alarm a year: ${changed.join(', ')}.` : 'None has changed, at one false alarm a year for all of them together.'} ${farToday.length > 0 ? `Far on this date alone (one in twenty of these by chance): ${farToday.join(', ')}.` : ''}</p>
${table(`The ${Math.min(FEATURES_SHOWN, ordered.length)} farthest of ${ordered.length}`, ordered.slice(0, FEATURES_SHOWN), columns)}
${ordered.length > FEATURES_SHOWN ? folded('All the others', table('The others', ordered.slice(FEATURES_SHOWN), columns)) : ''}
${
  pairs.length > 0
    ? table('Pairs whose rank correlation lies farthest from that of training (shown; no alarm)', pairs, [
        { title: 'pair', cell: ({ head, a, b }) => `${head}: ${a}, ${b}` },
        { title: 'training', cell: ({ training }) => training.toFixed(2), numeric: true },
        { title: 'this date', cell: ({ today }) => today.toFixed(2), numeric: true },
      ])
    : ''
}
</section>`;
}

function queueText(queue: MonitorReport['execution']['queue']): string {
  if (queue === null) return 'too few own orders rested to tell';
  const { model } = queue;
  const name =
    model.kind === 'none' ? 'only trades move an order' : 'n' in model ? `${model.kind}, n ${model.n}` : model.kind;
  return `${name}; ${share(queue.error)} of the contracts filled otherwise`;
}

function dataSection({ data }: MonitorReport): Html {
  const phases = Object.entries(data.phases);
  return html`<section><h2>What was captured</h2>
${facts([
  ['events', count(data.events)],
  ['trades', count(data.trades)],
  ['gaps', count(data.gaps)],
  ['book begun anew', count(data.resets)],
  ['book out of order, for a moment', count(data.unsettled)],
  ['longest silence in regular hours', `${data.longestSilenceSeconds.toFixed(1)} s`],
  ['batches', count(data.batches)],
])}
${table('Events a second by phase of the session', phases, [
  { title: 'phase', cell: ([phase]) => phase },
  { title: 'events', cell: ([, { events }]) => count(events), numeric: true },
  {
    title: 'a second',
    cell: ([, { events, seconds }]) => (seconds > 0 ? (events / seconds).toFixed(1) : '-'),
    numeric: true,
  },
  {
    title: 'usual',
    cell: ([, { usual }]) =>
      usual ? `${usual.low.toFixed(1)} to ${usual.high.toFixed(1)}, ${usual.dates} dates` : 'fewer than five dates yet',
    numeric: true,
  },
])}
</section>`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function share(value: number | null): string {
  return value === null ? '-' : `${(100 * value).toFixed(1)} %`;
}

function number(value: number | null, digits: number, unit: string): string {
  return value === null ? '-' : `${value.toFixed(digits)}${unit}`;
}
