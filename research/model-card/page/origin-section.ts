import { type Column, facts, folded, type Html, hash, html, table } from '../../page/html.js';
import type { ModelCard } from '../model-card.js';
import { bytesText, countText } from './wording.js';

type Shard = ModelCard['data']['shards'][number];

/** What it takes to make the same bytes again: data, code, library, settings. */
export function originSection(card: ModelCard): Html {
  const { data, code } = card;
  const shards: Column<Shard>[] = [
    { title: 'file', cell: ({ name }) => name },
    { title: 'dataset', cell: ({ dataset, instrument }) => `${dataset} ${instrument}` },
    { title: 'trade date', cell: ({ tradeDate }) => tradeDate },
    { title: 'rows', cell: ({ rows }) => countText(rows), numeric: true },
    { title: 'size', cell: ({ bytes }) => bytesText(bytes), numeric: true },
    { title: 'sha256', cell: ({ sha256 }) => hash(sha256) },
  ];
  return html`<section><h2>Where it comes from</h2>
${facts([
  [
    'market data',
    `${data.shards.length} shards, ${bytesText(data.shards.reduce((sum, { bytes }) => sum + bytes, 0))}${card.synthetic ? ', SYNTHETIC' : ''}`,
  ],
  ['Merkle root of the data', hash(data.merkleRoot)],
  ['rows that could not be used', countText(data.rowsLeftOut)],
  ['captured days that were left out', leftOutText(data.daysLeftOut)],
  ['doubtful times that were left out', doubtfulText(data.doubtful)],
  ['gaps', countText(data.gaps)],
  ['bars without a volume', countText(data.barsWithoutVolume)],
  ['moments without a row', droppedText(data.dropped)],
  ['code', html`<code>${code.commit}</code>`],
  ['package-lock.json', hash(code.lockfileSha256)],
  ['gate report', hash(card.gateReportSha256)],
  ['feature schema', hash(card.featureSchemaSha256)],
  [
    'policy',
    Object.entries(card.ensemble.policy)
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
  ],
])}
${folded('Every shard of the training set', table('Training set', data.shards, shards))}
</section>`;
}

function leftOutText(days: ModelCard['data']['daysLeftOut']): string {
  const texts = days.map(({ instrument, tradeDate, why }) => `${instrument} ${tradeDate} (${why})`);
  return texts.length > 0 ? texts.join('; ') : 'none';
}

function doubtfulText(doubtful: ModelCard['data']['doubtful']): string {
  if (doubtful === null) return 'not asked for';
  const { spans, seconds, dates, notCompared } = doubtful;
  const alone =
    notCompared === 0
      ? ''
      : `; ${notCompared} dates were captured once only, so nothing in them is known to be doubtful`;
  return `${spans} spans of ${dates} dates, ${countText(Math.round(seconds))} s${alone}`;
}

function droppedText(dropped: ModelCard['data']['dropped']): string {
  const heads = Object.entries(dropped).flatMap(([head, reasons]) => {
    const texts = Object.entries(reasons).map(([reason, rows]) => `${reason} ${countText(rows)}`);
    return texts.length > 0 ? [`${head}: ${texts.join(', ')}`] : [];
  });
  return heads.length > 0 ? heads.join('; ') : 'none';
}
