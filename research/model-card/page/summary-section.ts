import { dateText, percent, ticks } from '../../gate/wording.js';
import { type Html, html, list } from '../../page/html.js';
import type { ModelCard } from '../model-card.js';
import { horizonText, timeText } from './wording.js';

/** What it is, the verdict with its reasons, and the few numbers to look at first. */
export function summarySection(card: ModelCard): Html {
  const { verdict, evidence } = card.gate;
  const against = evidence.priorRelease ? `compared with ${evidence.priorRelease}` : 'the first release';
  const heads = card.heads.map(({ spec }) => `${spec.name} (${horizonText(spec.horizonMs)})`).join(', ');
  return html`<header>
<h1>${card.instrument}: candidate of ${card.shipId}</h1>
<p class="quiet">${timeText(Date.parse(card.createdAt))}, recipe “${card.recipeName}”, ${against}</p>
<p><span class="verdict ${verdict.verdict}">${verdict.outcome === 'inconclusive' ? 'hold: inconclusive' : verdict.outcome}</span></p>
<p>Gradient-boosted trees for each head, ${heads}, give the probability of a move of the mid; their calibrated and weighted sum is an expected move in ticks, and a policy with costs turns that into at most ${card.ensemble.policy.maxPositionContracts} contract${card.ensemble.policy.maxPositionContracts === 1 ? '' : 's'}. Meant for the execution bridge of this project, and for nothing else.</p>
${basis(card)}
${verdict.reasons.length > 0 ? html`<h3>Why it is held</h3>${list(verdict.reasons.map(({ sentence }) => sentence))}` : ''}
${tiles(card)}
</header>`;
}

/** On how much each number rests: said before any of them. */
function basis({ gate }: ModelCard): Html {
  const { heads, portfolio } = gate.evidence;
  const dates = heads.map(({ head, data, folds }) => {
    const tested = new Set(folds.flatMap((fold) => [fold.testTradeDateFirst, fold.testTradeDateLast]));
    return `${head} on ${folds.length === 0 ? 'no date' : `${data.tradeDates} trade dates, tested in ${folds.length} blocks from ${dateText(Math.min(...tested))} to ${dateText(Math.max(...tested))}`}`;
  });
  const traded = portfolio
    ? `Its policy was traded on ${portfolio.tradeDates} trade dates, on ${portfolio.keptDates} of them by the very files that would be released, which no head was trained on.`
    : 'Its policy was traded on no date.';
  return html`<p class="quiet">What the numbers rest on: ${dates.join('; ')}. ${traded}</p>`;
}

function tiles({ gate, tickValue, currency }: ModelCard): Html {
  const { portfolio, trials } = gate.evidence;
  if (!portfolio) return html`<p>No fold could be scored, so there are no results out of sample.</p>`;
  const { candidate, prior, pbo } = portfolio;
  const money = Math.round(candidate.netTicks * tickValue).toLocaleString('en-US');
  const interval = candidate.netTicksInterval;
  const range = interval ? `90 %: ${ticks(interval.low)} to ${ticks(interval.high)}; ` : '';
  const shown: readonly (readonly [string, string, string])[] = [
    ['net result', `${ticks(candidate.netTicks)} ticks`, `${range}${money} ${currency}, by the policy that trades`],
    [
      'Sharpe ratio a day',
      candidate.sharpePerDay.toFixed(2),
      prior ? `prior ${prior.sharpePerDay.toFixed(2)}` : 'no prior release',
    ],
    [
      'deflated Sharpe',
      percent(candidate.deflatedSharpe),
      `${trials.count} trial${trials.count === 1 ? '' : 's'} counted`,
    ],
    [
      'overfitting (PBO)',
      pbo ? percent(pbo.probability) : 'not claimed',
      pbo
        ? `${pbo.configurations} recipes tried, ${pbo.combinations} recombinations`
        : 'fewer than ten recipes were tried on these dates',
    ],
    [
      'break-even cost',
      candidate.breakEvenCostTicks === null ? 'no trades' : `${ticks(candidate.breakEvenCostTicks)} ticks`,
      candidate.trades === 0 ? '' : `${ticks(candidate.costTicks / candidate.trades)} ticks are paid a trade`,
    ],
    [
      'largest drawdown',
      `${ticks(candidate.maxDrawdownTicks)} ticks`,
      prior ? `prior ${ticks(prior.maxDrawdownTicks)} ticks` : `${portfolio.tradeDates} trade dates`,
    ],
  ];
  return html`<div class="tiles">${shown.map(
    ([name, value, note]) =>
      html`<div class="tile"><span>${name}</span><strong>${value}</strong><span>${note}</span></div>`,
  )}</div>`;
}
