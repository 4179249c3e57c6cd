import { z } from 'zod';
import { goldenRows } from '../../shared/model/heads/golden-rows.js';
import { headRecipe, headSpec } from '../../shared/model/heads/head.js';
import { sha256Hex } from '../../shared/reference.js';
import type { HeadReference } from '../monitor/drift/head-reference.js';
import type { Booster } from './booster.js';
import { featureImportance } from './feature-importance.js';
import { holdoutMetrics } from './holdout.js';
import type { OutOfFold } from './out-of-fold.js';
import { parity } from './parity.js';

const count = z.number().int().nonnegative();

/** Everything that is known of a trained head besides its two model files. */
export const trainedHeadRecord = z.object({
  v: z.literal(1),
  spec: headSpec,
  recipe: headRecipe,
  /** Boosting rounds that were made, where early stopping chose them. */
  rounds: count.optional(),
  /** Trained on generated data. */
  synthetic: z.boolean(),
  library: z.object({ version: z.string(), sha256: sha256Hex }),
  boosterSha256: sha256Hex,
  onnxSha256: sha256Hex,
  featureSchemaSha256: sha256Hex,
  data: z.object({
    rows: count,
    rowsPerClass: z.array(count),
    tradeDates: count,
    /** Milliseconds since the Unix epoch. */
    firstStartMs: z.number(),
    lastEndMs: z.number(),
    /** Of the rows that are not flat. */
    meanAbsMoveTicks: z.number().nonnegative(),
    /** Entering and leaving one contract. */
    meanCostTicks: z.number(),
  }),
  /** In sample, after the last round; nats. */
  trainLogLoss: z.number(),
  /** Null where the rows are too few to hold any out. */
  holdout: holdoutMetrics.nullable(),
  /** Most important first. */
  importance: z.array(featureImportance),
  /** Agreement of the importance with that of the fit on the first three quarters, 0..1. */
  importanceOverlap: z.number().nullable(),
  parity,
  /** What the release's golden.json says of this head. */
  golden: goldenRows.shape.heads.valueType,
});
export type TrainedHeadRecord = Readonly<z.infer<typeof trainedHeadRecord>>;

export interface TrainedHead {
  readonly record: TrainedHeadRecord;
  readonly booster: Booster;
  readonly onnx: Buffer;
  /** What it said of rows that it was not trained on: what the ensemble is fitted to. */
  readonly said: OutOfFold;
  /** What its features looked like, for the monitor; null where nobody asked. */
  readonly reference: HeadReference | null;
}
