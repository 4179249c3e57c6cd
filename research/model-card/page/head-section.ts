import type { HeadEvidence } from '../../gate/report.js';
import { dateText, nats, percent, probability, ticks } from '../../gate/wording.js';
import { type Column, facts, folded, type Html, hash, html, table } from '../../page/html.js';
import type { ModelCard } from '../model-card.js';
import { decilePlot } from '../plots/decile-plot.js';
import { importancePlot } from '../plots/importance-plot.js';
import { reliabilityPlot } from '../plots/reliability-plot.js';
import { countText, horizonText, timeText } from './wording.js';

type Head = ModelCard['heads'][number];

/** One head: what it says, how well, on which folds, by which features, and what it was made from. */
export function headSection({ gate, ensemble }: ModelCard, head: Head): Html {
  const evidence = gate.evidence.heads.find(({ head: name }) => name === head.spec.name);
  return html`<section><h2>${head.spec.name}</h2>
<p>${labelText(head)} Weight in the ensemble ${percent(ensemble.weights[head.spec.name])}; a move that is not flat is ${ticks(head.data.meanAbsMoveTicks)} ticks on average, entering and leaving costs ${ticks(head.data.meanCostTicks)}.</p>
${evidence?.pooled ? measured(evidence) : html`<p>${evidence?.data.shortfall ?? 'The gate could not score it.'}</p>`}
<div class="plots">${evidence?.pooled ? resultPlots(evidence) : ''}<figure>${importancePlot(head.spec.name, head.importance)}<figcaption>${importanceText(head)}</figcaption></figure></div>
${evidence && evidence.regimes.length > 0 ? folded('Phases of the session, and volatility', regimeTable(evidence)) : ''}
${evidence && evidence.folds.length > 0 ? folded('Every fold', foldTable(evidence)) : ''}
${folded('Training, parity and hashes', origin(head))}
</section>`;
}

function labelText({ spec, data }: Head): string {
  const shares = data.rowsPerClass.map((rows) => percent(rows / data.rows));
  const classes = spec.classes === 2 ? ['not up', 'up'] : ['down', 'flat', 'up'];
  const flat = spec.classes === 3 ? ` (flat: at most ${spec.flatTicks} ticks)` : '';
  return `Label: the move of the mid after ${horizonText(spec.horizonMs)}${flat}; ${classes.map((name, i) => `${name} ${shares[i]}`).join(', ')}.`;
}

function measured({ pooled, comparison }: HeadEvidence): Html {
  const { candidate, prior, logLoss, classPriorLogLoss } = pooled!;
  const against = (text: string | undefined) => (text === undefined ? '' : `; prior ${text}`);
  return facts([
    [
      'log loss (90 % interval)',
      `${nats(candidate.logLoss)}${logLoss ? ` (${nats(logLoss.low)} to ${nats(logLoss.high)})` : ''}${against(prior ? nats(prior.logLoss) : undefined)}; class shares alone ${nats(classPriorLogLoss)}`,
    ],
    ['hit rate', `${percent(candidate.hitRate)}${against(prior ? percent(prior.hitRate) : undefined)}`],
    [
      'Brier, MCC, macro F1',
      `${candidate.brier.toFixed(4)}, ${candidate.matthews.toFixed(3)}, ${candidate.macroF1.toFixed(3)}${against(prior ? `${prior.brier.toFixed(4)}, ${prior.matthews.toFixed(3)}, ${prior.macroF1.toFixed(3)}` : undefined)}; F1 of each class ${candidate.f1.map((one) => one.toFixed(2)).join(', ')}`,
    ],
    ['calibration error', `${candidate.calibrationError.toFixed(3)}${against(prior?.calibrationError.toFixed(3))}`],
    [
      'net of costs, traded alone',
      `${ticks(candidate.netTicks)} ticks in ${candidate.trades.toFixed(0)} trades${against(prior ? `${ticks(prior.netTicks)} in ${prior.trades.toFixed(0)}` : undefined)}`,
    ],
    [
      'against the prior',
      comparison
        ? `log loss ${percent(Math.abs(comparison.logLossRise))} ${comparison.logLossRise > 0 ? 'higher' : 'lower'}; Diebold-Mariano p that it is worse ${probability(comparison.dieboldMariano.pWorse)}, ${percent(comparison.dieboldMariano.seedShare)} of the variance from the seeds`
        : 'there is none',
    ],
  ]);
}

function resultPlots(evidence: HeadEvidence): Html {
  return html`<figure>${reliabilityPlot(evidence)}<figcaption>Reliability: points on the dashed line mean what they say. Bars are 95 % intervals, larger points hold more rows.</figcaption></figure>
<figure>${decilePlot(evidence)}<figcaption>Mean move that followed, before costs; the mark across is what was expected. Orange: the market moved against the forecast.</figcaption></figure>`;
}

function importanceText({ importance, importanceOverlap, spec }: Head): string {
  const used = importance.filter(({ splits }) => splits > 0).length;
  const stable =
    importanceOverlap === null
      ? ''
      : ` A fit on the first three quarters agrees on ${percent(importanceOverlap)} of it.`;
  return `Share of the gain, ${used} of ${spec.features.length} features used.${stable}`;
}

function regimeTable({ regimes }: HeadEvidence): Html {
  type Regime = HeadEvidence['regimes'][number];
  const range = (one: Regime['skill']) =>
    one ? `${percent(one.estimate)} (${percent(one.low)} to ${percent(one.high)})` : 'too few dates';
  const columns: Column<Regime>[] = [
    { title: 'rows', cell: ({ regime }) => regime },
    { title: 'number', cell: ({ rows }) => countText(rows), numeric: true },
    { title: 'trade dates', cell: ({ tradeDates }) => countText(tradeDates), numeric: true },
    { title: 'skill (90 %)', cell: ({ skill }) => range(skill), numeric: true },
    { title: 'hit rate (90 %)', cell: ({ hitRate }) => range(hitRate), numeric: true },
  ];
  return table('Skill is the share of the class shares’ log loss that the head removes', regimes, columns);
}

function foldTable({ folds }: HeadEvidence): Html {
  type Fold = HeadEvidence['folds'][number];
  const pair = (fold: Fold, of: (arm: Fold['candidate']) => string) =>
    fold.prior ? `${of(fold.candidate)} / ${of(fold.prior)}` : of(fold.candidate);
  const columns: Column<Fold>[] = [
    {
      title: 'test dates',
      cell: ({ testTradeDateFirst: first, testTradeDateLast: last }) =>
        first === last ? dateText(first) : `${dateText(first)} to ${dateText(last)}`,
    },
    { title: 'scored', cell: ({ by }) => (by === 'files' ? 'the files' : 'refits') },
    { title: 'train rows', cell: ({ trainRows }) => countText(trainRows), numeric: true },
    { title: 'purged', cell: ({ purgedRows }) => countText(purgedRows), numeric: true },
    { title: 'test rows', cell: ({ testRows }) => countText(testRows), numeric: true },
    { title: 'class shares', cell: ({ classPriorLogLoss }) => nats(classPriorLogLoss), numeric: true },
    { title: 'log loss', cell: (fold) => pair(fold, ({ logLoss }) => nats(logLoss)), numeric: true },
    { title: 'hit rate', cell: (fold) => pair(fold, ({ hitRate }) => percent(hitRate)), numeric: true },
    { title: 'net ticks', cell: (fold) => pair(fold, ({ netTicks }) => ticks(netTicks)), numeric: true },
  ];
  return table('Each fold: candidate / prior', folds, columns);
}

function origin({ data, recipe, holdout, parity, library, onnxSha256, boosterSha256, trainLogLoss, spec }: Head): Html {
  return facts([
    ['rows', `${countText(data.rows)} on ${data.tradeDates} trade dates`],
    ['time span', `${timeText(data.firstStartMs)} to ${timeText(data.lastEndMs)}`],
    [
      'recipe',
      Object.entries(recipe)
        .map(([name, value]) => `${name} ${value}`)
        .join(', '),
    ],
    ['seed', String(recipe.seed)],
    ['training log loss', nats(trainLogLoss)],
    [
      'held-out quarter',
      holdout
        ? `log loss ${nats(holdout.logLoss)} against ${nats(holdout.classPriorLogLoss)} of the class shares; ${holdout.moveSlope.toFixed(2)} ticks moved per tick expected`
        : 'too few rows',
    ],
    [
      'ONNX against XGBoost',
      `${countText(parity.marginsBitEqual)} of ${countText(parity.margins)} margins bit-equal on ${countText(parity.rows)} rows (${countText(parity.rowsWithMissing)} with missing values); probabilities within ${parity.maxProbabilityDifference.toExponential(1)}`,
    ],
    ['graph', html`heads/${spec.name}.onnx ${hash(onnxSha256)}`],
    ['booster', hash(boosterSha256)],
    ['libxgboost', html`${library.version} ${hash(library.sha256)}`],
  ]);
}
