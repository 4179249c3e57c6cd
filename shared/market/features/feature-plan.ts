import { Failure } from '../../failure.js';
import type { FeatureDefinition } from './feature-definition.js';
import { FEATURES } from './schema.js';

/** A list of features, compiled: what to compute, and when all of them may be used. */
export interface FeaturePlan {
  readonly names: readonly string[];
  readonly features: readonly FeatureDefinition[];
  /** Levels needed on each side; 0 where no feature looks at the book. */
  readonly bookLevels: number;
  readonly windowMs: number;
  readonly trades: number;
  readonly bars: number;
  readonly depthMaxAgeMs: number;
  readonly barMaxAgeMs: number;
}

/** A head asks for a feature that the schema does not have. */
export class UnknownFeature extends Failure {
  constructor(readonly feature: string) {
    super('UnknownFeature', `there is no feature "${feature}"`, 'docs/features.md lists the features');
  }
}

/** @throws UnknownFeature */
export function planFeatures(names: readonly string[]): FeaturePlan {
  const features = names.map((name) => BY_NAME.get(name) ?? unknown(name));
  const most = (need: (feature: FeatureDefinition) => number | undefined) =>
    Math.max(0, ...features.map((feature) => need(feature) ?? 0));
  const least = (of: 'depth' | 'bar') =>
    Math.min(
      ...features.map(({ staleness }) => (staleness?.of === of ? staleness.maxAgeMs : Number.POSITIVE_INFINITY)),
    );
  return {
    names,
    features,
    bookLevels: most(({ warmUp }) => warmUp.bookLevels),
    windowMs: most(({ warmUp }) => warmUp.windowMs),
    trades: most(({ warmUp }) => warmUp.trades),
    bars: most(({ warmUp }) => warmUp.bars),
    depthMaxAgeMs: least('depth'),
    barMaxAgeMs: least('bar'),
  };
}

const BY_NAME = new Map(FEATURES.map((feature) => [feature.name, feature]));

function unknown(name: string): never {
  throw new UnknownFeature(name);
}
