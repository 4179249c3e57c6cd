import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { renderFeatureDocs } from '../../shared/market/features/feature-docs.js';
import { FeatureEngine } from '../../shared/market/features/feature-engine.js';
import { planFeatures } from '../../shared/market/features/feature-plan.js';
import {
  FEATURE_SCHEMA_VERSION,
  FEATURES,
  featureSchemaJson,
  featureSchemaSha256,
} from '../../shared/market/features/schema.js';
import { batchesOf } from '../market/event.js';
import { randomMarket } from '../market/random-market.js';

/** sha256 over all features of fixed random streams and bars, for the version of the schema. */
const PINNED = { schemaVersion: 1, sha256: '0e21263c3a737af371b459ea03d64b5cbe435de5059497182c06fcb10909d523' };

function valuesSha256(): string {
  const hash = createHash('sha256');
  const plans = FEATURES.map(({ name }) => planFeatures([name]));
  const value = new Float32Array(1);
  for (const seed of [1, 2]) {
    const engine = new FeatureEngine();
    const random = randomMarket(seed, 6000, seed === 1);
    const firstBarMs = Number(random[0]!.tsNs / 300_000_000_000n) * 300_000 - 20 * 300_000;
    for (let k = 0; k < 20; k++) {
      const close = 100 + ((k * 7) % 5);
      engine.onBar({
        openMs: firstBarMs + k * 300_000,
        open: close,
        high: close + 2,
        low: close - 1,
        close,
        volume: 10 + k,
      });
    }
    let seen = 0;
    for (const batch of batchesOf(random))
      for (let i = 0; i < batch.length; i++) {
        engine.onEvent(batch, i);
        if (++seen % 40 !== 0) continue;
        for (const plan of plans) hash.update(engine.read(plan, value) ? Buffer.from(value.buffer) : 'cold');
      }
  }
  return hash.digest('hex');
}

describe('the feature schema', () => {
  it('has another version whenever the values of a fixed market change', () => {
    assert.deepEqual(
      { schemaVersion: FEATURE_SCHEMA_VERSION, sha256: valuesSha256() },
      PINNED,
      'a feature gives other values: raise FEATURE_SCHEMA_VERSION, then pin the new hash here',
    );
  });

  it('hashes to the sha256 of its bytes, and names every feature once with all that a reader needs', () => {
    assert.equal(createHash('sha256').update(featureSchemaJson).digest('hex'), featureSchemaSha256);
    assert.equal(new Set(FEATURES.map(({ name }) => name)).size, FEATURES.length);
    const { features } = JSON.parse(featureSchemaJson) as { features: Record<string, unknown>[] };
    for (const feature of features)
      assert.deepEqual(Object.keys(feature).sort(), [
        'family',
        'formula',
        'name',
        'source',
        'staleness',
        'unit',
        'warmUp',
      ]);
  });

  it('is what docs/features.md says', () => {
    const docs = readFileSync(new URL('../../../docs/features.md', import.meta.url), 'utf8');
    assert.equal(docs, renderFeatureDocs(), 'run `node scripts/generate-features.mjs`');
  });
});
