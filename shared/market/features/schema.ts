import { createHash } from 'node:crypto';
import { BAR_FEATURES } from './bar-features.js';
import { BOOK_FEATURES } from './book-features.js';
import type { FeatureDefinition } from './feature-definition.js';
import { FLOW_FEATURES } from './flow-features.js';
import { SESSION_FEATURES } from './session-features.js';

/** Raise it whenever a value changes that a formula's text does not show: test/features/pinned-values.test.ts notices. */
export const FEATURE_SCHEMA_VERSION = 1;

/** Every feature, in the order in which they are documented. */
export const FEATURES: readonly FeatureDefinition[] = [
  ...BOOK_FEATURES,
  ...FLOW_FEATURES,
  ...SESSION_FEATURES,
  ...BAR_FEATURES,
];

/** Bytes of `feature-schema.json` in a release: what each feature means, in one canonical spelling. */
export const featureSchemaJson: string = `${JSON.stringify(
  {
    v: 1,
    schemaVersion: FEATURE_SCHEMA_VERSION,
    features: FEATURES.map(({ value: _value, ...described }) => described),
  },
  null,
  1,
)}\n`;

/** sha256 of `featureSchemaJson`: a head trained on other features is refused. */
export const featureSchemaSha256: string = createHash('sha256').update(featureSchemaJson).digest('hex');
