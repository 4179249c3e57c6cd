import { FEATURES, featureSchemaSha256 } from '../../shared/market/features/schema.js';
import type { TrainedHeadRecord } from '../training/trained-head.js';
import { killCriteria } from './kill-criteria.js';
import { knownFailures } from './known-failures.js';
import { limitsOf } from './limits.js';
import { type ModelCard, modelCard } from './model-card.js';
import type { ModelCardFacts } from './model-card-facts.js';
import { cardPage } from './page/card-page.js';

export const MODEL_CARD_JSON = 'model-card.json';
export const MODEL_CARD_HTML = 'model-card.html';

/**
 * The card of a candidate that the gate has judged, for machines and for people. The page is one file without scripts
 * or outside resources. The same facts give the same bytes.
 * @throws ZodError where the facts break the card's schema
 */
export function buildModelCard(facts: ModelCardFacts): { card: ModelCard; json: string; html: string } {
  const { training, samples, heads, codeCommit, lockfileSha256, gate, ...told } = facts;
  const card = modelCard.parse({
    kind: 'believe.model-card',
    version: 1,
    ...told,
    code: { commit: codeCommit, lockfileSha256 },
    data: {
      merkleRoot: training.merkleRoot,
      shards: [...training.shards],
      rowsLeftOut: training.rowsLeftOut,
      daysLeftOut: [...training.daysLeftOut],
      doubtful: training.doubtful,
      gaps: samples.gaps,
      barsWithoutVolume: samples.missingVolumes,
      dropped: Object.fromEntries(Object.entries(samples.heads).map(([head, { dropped }]) => [head, dropped])),
    },
    features: featuresOf(heads),
    featureSchemaSha256,
    heads: heads.map(({ golden: _golden, ...head }) => head),
    gate,
    limits: limitsOf(facts),
    knownFailures: knownFailures(heads, gate.evidence),
    killCriteria: killCriteria(gate),
  } satisfies ModelCard);
  return { card, json: `${JSON.stringify(card, null, 1)}\n`, html: cardPage(card) };
}

function featuresOf(heads: readonly TrainedHeadRecord[]): ModelCard['features'] {
  return FEATURES.flatMap(({ name, unit, formula, source }) => {
    const users = heads.filter(({ spec }) => spec.features.includes(name)).map(({ spec }) => spec.name);
    return users.length > 0 ? [{ name, unit, formula, source, heads: users }] : [];
  });
}
