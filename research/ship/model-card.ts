import { readFileSync } from 'node:fs';
import { ensemble } from '../../shared/model/decision/ensemble.js';
import type { Reference } from '../../shared/reference.js';
import type { GateReport } from '../gate/index.js';
import type { DoubtfulTimes } from '../ingest/doubtful-times.js';
import { buildModelCard, MODEL_CARD_HTML, MODEL_CARD_JSON } from '../model-card/build-model-card.js';
import type { ModelCard } from '../model-card/model-card.js';
import type { SampleReport } from '../samples/sample-report.js';
import { type TrainingSet, trainingSet } from '../samples/training-set.js';
import { loadTrainedHead } from '../training/trained-head-folder.js';
import type { ShipFolder } from './ship-folder.js';
import { headsOf, readPlan } from './ship-plan.js';

/** Writes the card of a judged candidate beside it. The same judgement gives the same bytes. */
export function writeModelCard(
  folder: ShipFolder,
  shipId: string,
  judged: {
    readonly report: GateReport;
    readonly reportSha256: string;
    readonly codeCommit: string;
    readonly lockfileSha256: string;
  },
): { readonly json: Reference; readonly html: Reference } {
  const plan = readPlan(folder);
  const json = (...names: string[]): unknown => JSON.parse(readFileSync(folder.file(...names), 'utf8'));
  const set = trainingSet.parse(json('training-set.json'));
  const card = buildModelCard({
    shipId,
    createdAt: plan.openedAt,
    instrument: plan.instrument,
    recipeName: plan.recipeName,
    synthetic: plan.synthetic,
    codeCommit: judged.codeCommit,
    lockfileSha256: judged.lockfileSha256,
    training: {
      merkleRoot: set.merkleRoot,
      shards: set.series.flatMap(describeShards),
      rowsLeftOut: set.series.reduce((sum, { rejected }) => sum + rejected, 0),
      daysLeftOut: plan.captured?.leftOut ?? [],
      doubtful: plan.captured?.doubtful ? summaryOf(plan.captured.doubtful) : null,
    },
    samples: json('samples-report.json') as SampleReport,
    heads: headsOf(plan).map((head) => loadTrainedHead(folder.file('heads', head)).record),
    ensemble: ensemble.parse(json('candidate', 'ensemble.json')),
    gate: judged.report,
    gateReportSha256: judged.reportSha256,
    tickValue: plan.tickValue,
    currency: plan.currency,
    lifetimeDays: plan.releaseLifetimeDays,
  });
  return { json: folder.write(MODEL_CARD_JSON, card.json), html: folder.write(MODEL_CARD_HTML, card.html) };
}

function summaryOf({ spans, notCompared }: DoubtfulTimes): ModelCard['data']['doubtful'] {
  const seconds = spans.reduce((sum, { fromMs, toMs }) => sum + (toMs - fromMs) / 1000, 0);
  const dates = new Set(spans.map(({ tradeDate }) => tradeDate)).size;
  return { spans: spans.length, seconds, dates, notCompared: notCompared.length };
}

function describeShards({ name, shards }: TrainingSet['series'][number]): ModelCard['data']['shards'] {
  return shards.map(({ dataset, instrument, tradeDate, rows, bytes, sha256 }) => ({
    name,
    ...{ dataset, instrument, tradeDate, rows, bytes, sha256 },
  }));
}
