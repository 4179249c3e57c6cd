import type { Interval, PortfolioArm, PortfolioEvidence } from '../../gate/report.js';
import { dateText, percent, probability, ticks } from '../../gate/wording.js';
import { type Column, folded, type Html, html, table } from '../../page/html.js';
import type { ModelCard } from '../model-card.js';
import { costPlot } from '../plots/cost-plot.js';
import { cumulativePlot } from '../plots/cumulative-plot.js';

/** All heads together, out of sample: the curve, candidate against prior, and every session. */
export function resultSection({ gate }: ModelCard): Html | '' {
  const { portfolio, priorRelease } = gate.evidence;
  if (!portfolio) return '';
  const prior = portfolio.prior
    ? html`<span class="key prior"></span>${priorRelease ?? 'prior'}, on the same dates`
    : '';
  return html`<section><h2>Result out of sample</h2>
${comparison(portfolio)}
<p>Traded as the bridge trades: all heads together, the real decision policy, the backtester’s fills, latency and costs, event by event. Until the kept dates by models that were trained on earlier dates only; on the ${portfolio.keptDates} kept ones by the files themselves.</p>
<figure class="wide">${cumulativePlot(portfolio)}<figcaption><span class="key"></span>candidate ${prior}</figcaption></figure>
<figure class="wide">${costPlot(portfolio)}<figcaption>The same trades, had they cost more or less; the band is the 90 % interval over trade dates.</figcaption></figure>
${folded('Every trade date', sessions(portfolio))}
</section>`;
}

function comparison({ candidate, prior, comparison: difference }: PortfolioEvidence): Html {
  const rows: readonly (readonly [string, (arm: PortfolioArm) => string])[] = [
    [
      'net ticks (90 % interval)',
      ({ netTicks, netTicksInterval: interval }) =>
        `${ticks(netTicks)}${interval ? ` (${ticks(interval.low)} to ${ticks(interval.high)})` : ''}`,
    ],
    ['gross ticks', ({ grossTicks }) => ticks(grossTicks)],
    ['costs, ticks', ({ costTicks }) => ticks(costTicks)],
    ['trades (a day)', ({ trades, tradesPerDay }) => `${trades.toFixed(0)} (${tradesPerDay.toFixed(1)})`],
    [
      'break-even cost, ticks a trade',
      ({ breakEvenCostTicks }) => (breakEvenCostTicks === null ? 'none' : ticks(breakEvenCostTicks)),
    ],
    ['largest drawdown, ticks', ({ maxDrawdownTicks }) => ticks(maxDrawdownTicks)],
    ['Sharpe ratio a day', ({ sharpePerDay }) => sharpePerDay.toFixed(3)],
    ['deflated Sharpe ratio', ({ deflatedSharpe }) => percent(deflatedSharpe)],
  ];
  const columns: Column<(typeof rows)[number]>[] = [
    { title: 'all heads', cell: ([name]) => name },
    { title: 'candidate', cell: ([, of]) => of(candidate), numeric: true },
    ...(prior ? [{ title: 'prior', cell: ([, of]: (typeof rows)[number]) => of(prior), numeric: true }] : []),
  ];
  return html`${table('Candidate against the prior release', rows, columns)}${
    difference
      ? html`<p class="quiet">Candidate minus prior: ${gainText(difference.netTicksGain)}; Diebold-Mariano p that it is worse ${probability(difference.dieboldMariano.pWorse)}.</p>`
      : html`<p class="quiet">There is no prior release to compare with.</p>`
  }`;
}

function gainText(gain: Interval | null): string {
  return gain
    ? `${ticks(gain.estimate)} ticks (90 %: ${ticks(gain.low)} to ${ticks(gain.high)})`
    : 'too few trade dates';
}

function sessions({ daily, prior }: PortfolioEvidence): Html {
  type Day = PortfolioEvidence['daily'][number];
  const columns: Column<Day>[] = [
    { title: 'trade date', cell: ({ tradeDate }) => dateText(tradeDate) },
    { title: 'traded by', cell: ({ tradedBy }) => tradedBy },
    { title: 'trades', cell: ({ candidateTrades }) => candidateTrades.toFixed(1), numeric: true },
    { title: 'candidate, net ticks', cell: ({ candidateNetTicks }) => ticks(candidateNetTicks), numeric: true },
    ...(prior
      ? [
          {
            title: 'prior, net ticks',
            cell: ({ priorNetTicks }: Day) => (priorNetTicks === null ? 'not compared' : ticks(priorNetTicks)),
            numeric: true,
          },
        ]
      : []),
    {
      title: 'candidate, cumulative',
      cell: ({ candidateCumulativeTicks }) => ticks(candidateCumulativeTicks),
      numeric: true,
    },
  ];
  return table('Net result of each trade date', daily, columns);
}
