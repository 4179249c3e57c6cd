import { z } from 'zod';
import type { TreeEnsemble } from './tree-ensemble.js';

export const featureImportance = z.object({
  feature: z.string(),
  /** Share of the fall of the training loss that splits on this feature brought; all features add up to 1. */
  gainShare: z.number().min(0).max(1),
  splits: z.number().int().nonnegative(),
});
export type FeatureImportance = Readonly<z.infer<typeof featureImportance>>;

/** Every feature of the head, the most important first. */
export function importanceOf(trees: TreeEnsemble, features: readonly string[]): FeatureImportance[] {
  const gain = new Float64Array(features.length);
  const splits = new Uint32Array(features.length);
  for (let node = 0; node < trees.left.length; node++) {
    if (trees.left[node] === -1) continue;
    gain[trees.feature[node]!]! += trees.gain[node]!;
    splits[trees.feature[node]!]!++;
  }
  const total = gain.reduce((sum, value) => sum + value, 0);
  return features
    .map((feature, i) => ({ feature, gainShare: total > 0 ? gain[i]! / total : 0, splits: splits[i]! }))
    .sort((a, b) => b.gainShare - a.gainShare || a.feature.localeCompare(b.feature, 'en'));
}

/** Share of the importance that two fits agree on: 1 for equal shares, 0 where they use different features. */
export function importanceOverlap(one: readonly FeatureImportance[], other: readonly FeatureImportance[]): number {
  const shares = new Map(other.map(({ feature, gainShare }) => [feature, gainShare]));
  return one.reduce((sum, { feature, gainShare }) => sum + Math.min(gainShare, shares.get(feature) ?? 0), 0);
}
